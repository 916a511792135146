package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/normal"
)

// MismatchError says that an event's schema is registered in no version of its subject.
type MismatchError struct {
	Subject  string
	Version  int              // the latest, with which the schema was compared
	Findings []compat.Finding // of evgen's own rules, in both directions; none: the change is harmless, but not registered
	Answer   Answer           // of the registry: whether it would take the schema
}

// Error returns the rules that the change breaks, by their IDs, and what to do about it, each on a line of its own.
func (e *MismatchError) Error() string {
	lines := []string{fmt.Sprintf("its schema is no version of subject %s:", e.Subject)}
	for _, f := range e.Findings {
		lines = append(lines, fmt.Sprintf("%s against version %d: %s", f.Rule, e.Version, f.Message))
	}
	step := "run evgen register before the service is deployed"
	switch e.Answer.Verdict {
	case Compatible:
		lines = append(lines, "the registry finds it compatible")
	case Incompatible:
		step = "undo the change, or give the event a new name"
		lines = append(lines, "the registry finds it incompatible")
		for _, reason := range e.Answer.Reasons() {
			lines = append(lines, "the registry says "+reason)
		}
	}
	return strings.Join(append(lines, step), "\n    ")
}

// mismatch explains why the candidate is in no version, by comparing it with the latest.
func (k *candidate) mismatch(ctx context.Context, read *reader, subject string, latest int) error {
	v, err := read.resolved(ctx, subject, latest)
	if err != nil {
		return err
	}
	fd, err := k.file(ctx, v)
	if err != nil {
		return err
	}
	mismatch := &MismatchError{Subject: subject, Version: latest, Findings: k.findings(fd)}
	own, err := k.schema()
	if err != nil {
		return err
	}
	// What the registry says comes on top: without it, e.g., as an import is not registered either, the error still has evgen's own rules.
	mismatch.Answer, _ = read.c.Compatible(ctx, subject, own)
	return mismatch
}

// findings judges the way from a registered file to the candidate: what it means for the bytes, and for what the annotations promise.
func (k *candidate) findings(old protoreflect.FileDescriptor) []compat.Finding {
	before, now := closure(old), closure(k.message.ParentFile())
	c := compat.NewComparison(snapshot(before), snapshot(now))
	root := payload.Root{Message: string(k.message.FullName()), Level: compat.LevelFullTransitive}
	return append(payload.Judge(c, c.Facts(), []payload.Root{root}), k.eventFindings(before, now)...)
}

// eventFindings are those of the event rules about the candidate's event. Without a Model of both sides there are none: the payload is
// judged anyway, and the event is refused in any case.
func (k *candidate) eventFindings(before, now []protoreflect.FileDescriptor) []compat.Finding {
	old, _ := schema.Resolve(before, []string{k.path()})
	current, _ := schema.Resolve(now, []string{k.path()})
	if old == nil || current == nil {
		return nil
	}
	level := compat.LevelFullTransitive
	all := contract.Compare(contract.Of(old), contract.Of(current), contract.Options{Level: &level})
	return slices.DeleteFunc(all, func(f compat.Finding) bool { return f.Event != string(k.message.FullName()) })
}

// closure returns a file and all that it imports, each after its imports.
func closure(fd protoreflect.FileDescriptor) []protoreflect.FileDescriptor {
	var files []protoreflect.FileDescriptor
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(fd protoreflect.FileDescriptor) {
		if seen[fd.Path()] {
			return
		}
		seen[fd.Path()] = true
		for i := range fd.Imports().Len() {
			add(fd.Imports().Get(i).FileDescriptor)
		}
		files = append(files, fd)
	}
	add(fd)
	return files
}

func snapshot(files []protoreflect.FileDescriptor) *compat.Snapshot {
	s := compat.NewSnapshot()
	for _, fd := range files {
		if !normal.IsBuiltIn(fd.Path()) {
			s.Add(fd)
		}
	}
	return s
}

// schema returns the candidate as evgen register writes it: the subject of an import is its path.
func (k *candidate) schema() (Schema, error) {
	file := k.message.ParentFile()
	text, err := normal.Print(file)
	if err != nil {
		return Schema{}, fmt.Errorf("print %s: %w", file.Path(), err)
	}
	s := Schema{Text: text}
	for _, path := range normal.References(file) {
		s.References = append(s.References, Reference{Name: path, Subject: path, Version: Latest})
	}
	return s, nil
}
