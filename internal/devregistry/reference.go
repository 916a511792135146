package devregistry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
	"github.com/evgen-dev/evgen/internal/devregistry/protosource"
	"github.com/evgen-dev/evgen/schema/normal"
)

// anyVersion is how a reference asks for the latest version there is.
const anyVersion = -1

// resolve returns references as they are stored: to numbered versions that are not deleted, sorted by name, each once.
func (r *Registry) resolve(references []catalog.Reference) ([]catalog.Reference, error) {
	resolved := slices.Clone(references)
	for i, ref := range resolved {
		name := latest
		if ref.Version != anyVersion {
			name = versionName(fmt.Sprint(ref.Version))
		}
		v, err := r.findVersion(ref.Subject, name, live(r.catalog.Versions(ref.Subject)))
		if err != nil {
			return nil, invalidSchema(fmt.Errorf("no schema reference found for subject %q and version %d, which %q refers to", ref.Subject, ref.Version, ref.Name))
		}
		resolved[i].Version = v.Number
	}
	slices.SortFunc(resolved, func(a, b catalog.Reference) int { return strings.Compare(a.Name, b.Name) })
	resolved = slices.Compact(resolved)
	for i := 1; i < len(resolved); i++ {
		if resolved[i-1].Name == resolved[i].Name {
			return nil, invalidSchema(fmt.Errorf("two references are called %q", resolved[i].Name))
		}
	}
	return resolved, nil
}

// compile compiles the text of a schema with what it refers to, directly or not.
func (r *Registry) compile(ctx context.Context, text string, references []catalog.Reference) (protoreflect.FileDescriptor, error) {
	fd, err := protosource.Compile(ctx, text, r.imports(references))
	if err != nil {
		return nil, err
	}
	for _, path := range normal.References(fd) {
		if !slices.ContainsFunc(references, func(ref catalog.Reference) bool { return ref.Name == path }) {
			return nil, fmt.Errorf("import %q has no reference", path)
		}
	}
	return fd, nil
}

// imports returns texts by path. What a schema refers to itself comes before what its references refer to, so that nearer ones win where two
// have one name.
func (r *Registry) imports(references []catalog.Reference) map[string]string {
	texts := map[string]string{}
	for next := references; len(next) > 0; {
		level := next
		next = nil
		for _, ref := range level {
			s := r.referred(ref)
			if _, known := texts[ref.Name]; !known && s != nil {
				texts[ref.Name] = s.Text
				next = append(next, s.References...)
			}
		}
	}
	return texts
}

// referred returns the schema that a reference means, or nil. It may be deleted by now.
func (r *Registry) referred(ref catalog.Reference) *catalog.Schema {
	for _, v := range r.catalog.Versions(ref.Subject) {
		if v.Number == ref.Version {
			return r.catalog.Schema(v.ID)
		}
	}
	return nil
}
