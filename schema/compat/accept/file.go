package accept

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/yamlfile"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// FileName is what the file is called, in the directory of evgen.yaml.
const FileName = "evgen.accept.yaml"

// File is an accept file that has been checked. The zero File accepts nothing.
type File struct {
	Entries []Entry  // no two accept the same change
	Renames []Rename // neither old nor new names repeat
}

// Rename says that a type has another name now, so that it is compared with what it was instead of being reported as removed. Unlike an entry it may
// stay when it has happened: it means nothing then.
type Rename struct {
	compat.Rename
	Pos schema.Position // in the file
}

// TypeRenames returns the renames without their positions.
func (f *File) TypeRenames() []compat.Rename {
	var all []compat.Rename
	for _, r := range f.Renames {
		all = append(all, r.Rename)
	}
	return all
}

// content is a file as it is written.
type content struct {
	Version int            `yaml:"version"`
	Accept  []entryContent `yaml:"accept"`
	Renames []struct {
		Was string `yaml:"was"`
		Now string `yaml:"now"`
	} `yaml:"renames"`
}

type entryContent struct {
	Rule    string `yaml:"rule"`
	Subject string `yaml:"subject"`
	From    string `yaml:"from"`
	To      string `yaml:"to"`
	Reason  string `yaml:"reason"`
	Owner   string `yaml:"owner"`
	Expires string `yaml:"expires"`
}

// Read reads and checks a file; name is what errors and positions call it. An error has the position of what is wrong.
func Read(name string, raw []byte) (*File, error) {
	var c content
	source, err := yamlfile.Read(name, raw, &c)
	if err != nil {
		return nil, err
	}
	if source.Empty() {
		return &File{}, nil
	}
	r := &reader{source: source, content: c}
	if err := r.version(); err != nil {
		return nil, err
	}
	if err := r.entries(); err != nil {
		return nil, err
	}
	return &r.file, r.renames()
}

type reader struct {
	source  *yamlfile.File
	content content
	file    File
}

func (r *reader) version() error {
	switch r.content.Version {
	case 1:
		return nil
	case 0:
		return r.source.Errorf("$.version", `it says no version: write "version: 1"`)
	}
	return r.source.Errorf("$.version", "version is %d, and this evgen reads version 1", r.content.Version)
}

func (r *reader) entries() error {
	accepted := map[change]schema.Position{}
	for i, a := range r.content.Accept {
		path := fmt.Sprintf("$.accept[%d]", i)
		if err := r.complete(path, a); err != nil {
			return err
		}
		if err := r.fingerprints(path, a.From, a.To); err != nil {
			return err
		}
		expires, err := time.Parse(time.DateOnly, a.Expires)
		if err != nil {
			return r.source.Errorf(path+".expires", "%q is not a day: write it as 2027-01-31", a.Expires)
		}
		e := Entry{a.Rule, a.Subject, a.From, a.To, a.Reason, a.Owner, expires, r.source.Position(path + ".rule")}
		if first, twice := accepted[e.change()]; twice {
			return r.source.Errorf(path, "the entry accepts the same change as the one in line %d: remove one of them", first.Line)
		}
		accepted[e.change()] = e.Pos
		r.file.Entries = append(r.file.Entries, e)
	}
	return nil
}

// complete asks for all that an entry lacks at once: whoever has copied one from a report lacks several.
func (r *reader) complete(path string, a entryContent) error {
	var lacking, asked []string
	for _, required := range [...]struct{ key, value, placeholder, why string }{
		{"rule", a.Rule, "", "the ID that evgen check prints"},
		{"subject", a.Subject, "", "the name of what changed"},
		{"from", a.From, "", "the fingerprint of the old state"},
		{"to", a.To, "", "the fingerprint of the new state"},
		{"reason", a.Reason, unsaidReason, "why nobody is harmed"},
		{"owner", a.Owner, unsaidOwner, "whom to ask"},
		{"expires", a.Expires, unsaidExpires, "the last day on which it holds, e.g., 2027-01-31"},
	} {
		if value := strings.TrimSpace(required.value); value == "" || value == required.placeholder {
			lacking = append(lacking, required.key)
			asked = append(asked, required.key+" ("+required.why+")")
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return r.source.Errorf(path+"."+lacking[0], "the entry says too little: write its %s", and(asked))
}

// and returns texts as a sentence has them, e.g., a, b and c.
func and(texts []string) string {
	last := len(texts) - 1
	if last == 0 {
		return texts[0]
	}
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
}

func (r *reader) fingerprints(path, from, to string) error {
	for _, f := range [...]struct{ key, value string }{{"from", from}, {"to", to}} {
		if len(f.value) != 12 || strings.Trim(f.value, "0123456789abcdef") != "" {
			return r.source.Errorf(path+"."+f.key, "%q is no fingerprint: copy the 12 hexadecimal digits that evgen check prints", f.value)
		}
	}
	return nil
}

func (r *reader) renames() error {
	was, now := map[string]int{}, map[string]int{}
	for i, n := range r.content.Renames {
		path := fmt.Sprintf("$.renames[%d]", i)
		for _, name := range [...]struct{ key, value string }{{"was", n.Was}, {"now", n.Now}} {
			if !protoreflect.FullName(name.value).IsValid() {
				return r.source.Errorf(path+"."+name.key, "%q is no full name: write it as acme.orders.v1.OrderPlaced", name.value)
			}
		}
		at := r.source.Position(path + ".was")
		switch {
		case n.Was == n.Now:
			return r.source.Errorf(path+".now", "%s has the same name before and after", n.Now)
		case was[n.Was] > 0:
			return r.source.Errorf(path+".was", "%s is renamed in line %d already", n.Was, was[n.Was])
		case now[n.Now] > 0:
			return r.source.Errorf(path+".now", "%s is the new name of another type in line %d already", n.Now, now[n.Now])
		}
		was[n.Was], now[n.Now] = at.Line, at.Line
		r.file.Renames = append(r.file.Renames, Rename{compat.Rename{Was: n.Was, Now: n.Now}, at})
	}
	return nil
}
