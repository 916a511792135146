package registrytest

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/runtime/registry"
)

// codeOf returns the code of the registry's error, 0 without one.
func codeOf(err error) int {
	if answer, ok := errors.AsType[*sr.ResponseError](err); ok {
		return answer.ErrorCode
	}
	return 0
}

func isIncompatible(err error) bool {
	refused, ok := errors.AsType[*registry.RefusedError](err)
	return ok && refused.Incompatible()
}

func isSchemaError(err error) bool {
	_, ok := errors.AsType[*registry.SchemaError](err)
	return ok
}

func firstKey(counts map[string]int) string {
	return slices.Sorted(maps.Keys(counts))[0]
}

// ident makes a name of a field out of a subject.
func ident(subject string) string { return strings.ReplaceAll(subject, "-", "_") }

func decimal(id uint32) string { return strconv.FormatUint(uint64(id), 10) }
