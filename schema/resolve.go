package schema

import (
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Resolve returns what the annotations of files mean. It needs all files, each after its imports, with their options parsed
// as the types of package evgenpb, as protogen has them. The Model holds the files whose paths are targets, and exactly the
// descriptors that were passed in. It is nil when a diagnostic is an error.
func Resolve(files []protoreflect.FileDescriptor, targets []string) (*Model, Diagnostics) {
	return ResolveWithTexts(files, targets, nil)
}

// ResolveWithTexts is [Resolve] for those who have the texts of the files: columns are exact, and evgen:ignore comments count
// wherever they stand, which source info alone does not tell.
func ResolveWithTexts(files []protoreflect.FileDescriptor, targets []string, texts Texts) (*Model, Diagnostics) {
	return newResolver(files, targets, texts).resolve()
}

// resolver is one run of [Resolve].
type resolver struct {
	locator
	files       []*File // all with annotations or targets, in the given order
	targets     map[string]bool
	messages    map[protoreflect.FullName]protoreflect.MessageDescriptor // all
	events      map[protoreflect.FullName]*Event
	drafts      []*draft      // the events, in source order
	topics      []*topicDraft // declared ones first
	diagnostics []*Diagnostic

	topicsByName map[string]*topicDraft
}

func newResolver(files []protoreflect.FileDescriptor, targets []string, texts Texts) *resolver {
	r := &resolver{
		locator:  locator{texts: texts},
		targets:  map[string]bool{},
		messages: map[protoreflect.FullName]protoreflect.MessageDescriptor{},
		events:   map[protoreflect.FullName]*Event{},

		topicsByName: map[string]*topicDraft{},
	}
	for _, t := range targets {
		r.targets[t] = true
	}
	for _, fd := range files {
		r.files = append(r.files, &File{Desc: fd, Doc: packageDoc(fd)})
		r.addMessages(fd.Messages())
	}
	return r
}

func (r *resolver) addMessages(mds protoreflect.MessageDescriptors) {
	for i := range mds.Len() {
		r.messages[mds.Get(i).FullName()] = mds.Get(i)
		r.addMessages(mds.Get(i).Messages())
	}
}

// resolve reads as the list of its steps; each reports what it finds and goes on.
func (r *resolver) resolve() (*Model, Diagnostics) {
	r.checkOptions()
	r.resolveEvents()
	r.resolveTopics()
	r.checkTopics()
	r.checkReferences()
	r.resolveProjections()
	r.explainProjections()
	r.applyIgnores()
	return r.result()
}

// result returns the targets, unless there are errors. Warnings of other files are for those who generate these.
func (r *resolver) result() (*Model, Diagnostics) {
	var ds Diagnostics
	for _, d := range r.diagnostics {
		if d.Severity == Error || r.targets[d.Pos.Path] {
			ds = append(ds, *d)
		}
	}
	if ds = ds.Sorted(); ds.HasErrors() {
		return nil, ds
	}
	m := &Model{}
	for _, f := range r.files {
		if r.targets[f.Desc.Path()] {
			m.Files = append(m.Files, f)
		}
	}
	return m, ds
}
