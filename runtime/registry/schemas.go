package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/runtime/payload"
)

// Schemas are the schemas of verified events, what produce.SchemaIDs and produce.SchemaGUIDs ask for. They are safe for concurrent use.
type Schemas struct{ byEvent map[string]payload.Schema }

// Schema returns the schema of an event by its full name.
func (s *Schemas) Schema(event string) (payload.Schema, error) {
	if schema, ok := s.byEvent[event]; ok {
		return schema, nil
	}
	return payload.Schema{}, fmt.Errorf("find schema of %s: only %s were verified: add it to registry.Verify",
		event, strings.Join(slices.Sorted(maps.Keys(s.byEvent)), ", "))
}
