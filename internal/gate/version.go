package gate

import (
	"fmt"
	"slices"

	"github.com/evgen-dev/evgen/internal/registration"
	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/source"
)

// VersionState reduces a version of a subject that was compiled as the file of an event. Its contract is what was registered with it; where the server keeps no
// metadata it is what the annotations in its text say, if they can be resolved without the rest of the tree.
func VersionState(v *registry.Version, set *source.Set, event string) (*State, error) {
	state := &State{Name: fmt.Sprintf("version %d of subject %s", v.Number, v.Subject), Snapshot: compat.NewSnapshot()}
	files, err := set.Descriptors()
	if err != nil {
		return nil, err
	}
	for _, fd := range files {
		state.Snapshot.Add(fd)
	}
	if text := v.Metadata[registration.ContractProperty]; text != "" {
		state.Contract, err = contract.ReadLock(state.Name, []byte(text))
		return state, err
	}
	model, _ := set.Resolve(files)
	if model == nil {
		return state, nil
	}
	if c := contract.Of(model); c.Event(event) != nil {
		state.Contract = c.OfFile(c.Event(event).File)
	}
	return state, nil
}

// Successor is what has become of the contract that was registered with an event's file: what is in the file now, and what has left it for another.
func Successor(now *contract.Set, file string, was *contract.Set) *contract.Set {
	if was == nil {
		was = &contract.Set{}
	}
	return &contract.Set{
		Topics:      those(now.Topics, func(t contract.Topic) bool { return t.File == file || was.Topic(t.Name) != nil }),
		Events:      those(now.Events, func(e contract.Event) bool { return e.File == file || was.Event(e.Name) != nil }),
		Projections: those(now.Projections, func(p contract.Projection) bool { return p.File == file || was.Projection(p.Name) != nil }),
	}
}

func those[T any](all []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !keep(v) })
}
