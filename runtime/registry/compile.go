package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/normal"
	"github.com/evgen-dev/evgen/schema/source"
)

// SchemaError says that a registered schema cannot be used: it does not compile, or what it imports is missing.
type SchemaError struct {
	Subject string
	Version int // 0: not registered yet
	Err     error
}

// Error returns which schema it is and what is wrong.
func (e *SchemaError) Error() string {
	if e.Version == 0 {
		return fmt.Sprintf("use schema for subject %s: %v", e.Subject, e.Err)
	}
	return fmt.Sprintf("use version %d of subject %s: %v", e.Version, e.Subject, e.Err)
}

// Unwrap returns the cause.
func (e *SchemaError) Unwrap() error { return e.Err }

// unusable makes a [*SchemaError] of what is wrong with a schema. That a registry did not answer, or that the caller gave up, says nothing
// about the schema.
func unusable(subject string, version int, err error) error {
	_, silent := errors.AsType[*UnavailableError](err)
	if silent || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &SchemaError{subject, version, err}
}

// Compile compiles the schema with its imports. A registry does not know what its file is called: path says it. deps have the files
// that registries bring and evgen does not, such as those of google/type. An error is a [*SchemaError].
func (v *Version) Compile(ctx context.Context, path string, deps ...source.Tree) (*source.Set, error) {
	set, err := compile(ctx, path, v.Text, v.Imports, deps)
	if err != nil {
		return nil, unusable(v.Subject, v.Number, err)
	}
	return set, nil
}

func compile(ctx context.Context, path, text string, imports map[string]string, deps []source.Tree) (*source.Set, error) {
	if _, itself := imports[path]; itself {
		return nil, fmt.Errorf("it imports itself, as %s", path)
	}
	files := &txtar.Archive{Files: []txtar.File{{Name: path, Data: []byte(text)}}}
	for _, name := range slices.Sorted(maps.Keys(imports)) {
		// Evgen compiles with its own annotations.
		if name != schema.OptionsPath {
			files.Files = append(files.Files, txtar.File{Name: name, Data: []byte(imports[name])})
		}
	}
	tree, err := txtar.FS(files)
	if err != nil {
		return nil, fmt.Errorf("it imports files with impossible names: %w", err)
	}
	set, diagnostics, err := source.Compile(ctx, []source.Tree{{Dir: "the registry", FS: tree}}, deps)
	if err != nil {
		return nil, err
	}
	if set == nil {
		return nil, fmt.Errorf("it does not compile: %w", asError(diagnostics))
	}
	return set, nil
}

// asError returns the errors among diagnostics, one per line.
func asError(ds schema.Diagnostics) error {
	var errs []error
	for _, d := range ds {
		if d.Severity == schema.Error {
			errs = append(errs, errors.New(d.String()))
		}
	}
	return errors.Join(errs...)
}

// compiled returns the file of a compiled schema.
func compiled(set *source.Set, path string) (protoreflect.FileDescriptor, error) {
	files, err := set.Descriptors()
	if err != nil {
		return nil, fmt.Errorf("link: %w", err)
	}
	for _, fd := range files {
		if fd.Path() == path {
			return fd, nil
		}
	}
	return nil, fmt.Errorf("link: %s is missing", path)
}

// anonymous is the path of a schema whose file is called nothing in particular. No import can be called so.
const anonymous = "schema-of-subject.proto"

// normalText returns the normal form of a schema, which tells whether two are the same.
func normalText(ctx context.Context, text string, imports map[string]string, deps []source.Tree) (string, error) {
	set, err := compile(ctx, anonymous, text, imports, deps)
	if err != nil {
		return "", err
	}
	fd, err := compiled(set, anonymous)
	if err != nil {
		return "", err
	}
	return normal.Print(fd)
}
