package registration

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/normal"
)

// ContractProperty is the metadata property that holds the contracts of a file's events, as evgen.lock has them.
const ContractProperty = "evgen.contract"

// Entry is a schema to register: the file of an event, or a file that others import.
type Entry struct {
	Subject  string
	File     string        // import path
	Event    string        // full name; empty: a file that others import
	Text     string        // in normal form
	Imports  []string      // paths that need references, sorted
	Level    *compat.Level // of the subject; nil: left to the registry, as for files that others import
	Contract string        // value of [ContractProperty]; empty: none

	descriptor protoreflect.FileDescriptor // of the file
}

// Plan returns what to register for the events of contracts, each entry after those that it imports. Files are all files, each after its imports.
func Plan(files []protoreflect.FileDescriptor, contracts *contract.Set) ([]Entry, error) {
	p := planner{files: map[string]protoreflect.FileDescriptor{}, seen: map[string]bool{}}
	for _, fd := range files {
		p.files[fd.Path()] = fd
	}
	for i := range contracts.Events {
		if e := &contracts.Events[i]; e.SubjectName != "" {
			if err := p.event(e, contracts); err != nil {
				return nil, err
			}
		}
	}
	return p.entries, nil
}

type planner struct {
	files   map[string]protoreflect.FileDescriptor
	seen    map[string]bool // subjects
	entries []Entry
}

func (p *planner) event(e *contract.Event, contracts *contract.Set) error {
	fd := p.files[e.File]
	if fd == nil {
		return fmt.Errorf("register %s: its file %s is missing", e.Name, e.File)
	}
	entry, err := p.entry(e.SubjectName, fd)
	if err != nil {
		return err
	}
	level := e.Level()
	entry.Event, entry.Level, entry.Contract = e.Name, &level, string(contracts.OfFile(e.File).Lock())
	if p.seen[e.SubjectName] {
		return fmt.Errorf("register %s: another event has the subject %s: set subject: TOPIC_RECORD", e.Name, e.SubjectName)
	}
	p.seen[e.SubjectName] = true
	p.entries = append(p.entries, entry)
	return nil
}

// entry returns the schema of a file, after adding those of its imports.
func (p *planner) entry(subject string, fd protoreflect.FileDescriptor) (Entry, error) {
	text, err := normal.Print(fd)
	if err != nil {
		return Entry{}, fmt.Errorf("register %s: %w", subject, err)
	}
	imports := normal.References(fd)
	slices.Sort(imports)
	for _, path := range imports {
		if err := p.imported(path); err != nil {
			return Entry{}, err
		}
	}
	return Entry{Subject: subject, File: fd.Path(), Text: text, Imports: imports, descriptor: fd}, nil
}

func (p *planner) imported(path string) error {
	if p.seen[path] {
		return nil
	}
	p.seen[path] = true
	fd := p.files[path]
	if fd == nil {
		return fmt.Errorf("register %s: the file is missing", path)
	}
	entry, err := p.entry(path, fd)
	if err != nil {
		return err
	}
	p.entries = append(p.entries, entry)
	return nil
}
