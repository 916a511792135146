package gate

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
)

// Side is one of the two states that are compared.
type Side interface {
	// Name is how findings call it, e.g., git:origin/main (3f1c2ab).
	Name() string
	// Read reduces the side to what is compared. What is wrong with its sources is an [*UnsoundError].
	Read(ctx context.Context) (*State, error)
	// Locate fills in the positions of places as far as they are known.
	Locate(ctx context.Context, places []*compat.Place) error
	// Filename returns what people call the file of an import path.
	Filename(path string) string
}

// State is what a side comes to.
type State struct {
	Name     string
	Files    int              // how many there are, whether they are in the snapshot or not
	Snapshot *compat.Snapshot // nil: the side knows contracts only
	Contract *contract.Set    // nil: the side knows payloads only
}

// UnsoundError says that the sources of a side do not compile, or that their annotations are wrong. Such a side is compared with nothing.
type UnsoundError struct {
	Side        Side
	Diagnostics schema.Diagnostics // errors, with import paths
}

// Error says which side it is, and what is wrong first.
func (e *UnsoundError) Error() string {
	return fmt.Sprintf("read %s: its proto files have errors (%d), the first is %s", e.Side.Name(), len(e.Diagnostics), e.Diagnostics[0])
}

// unsound returns an error if a diagnostic is one.
func unsound(side Side, ds schema.Diagnostics) error {
	if !ds.HasErrors() {
		return nil
	}
	var errs schema.Diagnostics
	for _, d := range ds {
		if d.Severity == schema.Error {
			errs = append(errs, d)
		}
	}
	return &UnsoundError{side, errs}
}

// isAnnotated says whether a file can have annotations: it sees a file that declares them.
func isAnnotated(fd protoreflect.FileDescriptor) bool {
	for i := range fd.Imports().Len() {
		if declares(fd.Imports().Get(i)) {
			return true
		}
	}
	return false
}

// declares says whether a file has the annotations for those that import it: its own, in a copy of options.proto at whatever path, or those that it makes public.
func declares(fd protoreflect.FileDescriptor) bool {
	if fd.Path() == schema.OptionsPath || fd.Package() == annotations {
		return true
	}
	for i := range fd.Imports().Len() {
		if x := fd.Imports().Get(i); x.IsPublic && declares(x) {
			return true
		}
	}
	return false
}

// annotations is the package of options.proto.
const annotations = "evgen.v1"
