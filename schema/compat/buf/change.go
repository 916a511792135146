package buf

import (
	"strings"

	"github.com/evgen-dev/evgen/schema/compat"
)

// side is a snapshot with what the rules ask about it beyond single declarations.
type side struct {
	*compat.Snapshot
	extensions map[string]*compat.Field // by full name
	// Packages that have at least one, nested ones included. buf compares the messages of a package, its enums and its extensions only where some are left.
	messagePackages, enumPackages, extensionPackages map[string]bool
}

func newSide(s *compat.Snapshot) *side {
	v := &side{
		Snapshot: s, extensions: map[string]*compat.Field{},
		messagePackages: map[string]bool{}, enumPackages: map[string]bool{}, extensionPackages: map[string]bool{},
	}
	for _, f := range s.Files {
		v.messagePackages[f.Package] = v.messagePackages[f.Package] || len(f.Messages) > 0
		v.enumPackages[f.Package] = v.enumPackages[f.Package] || len(f.Enums) > 0 || haveEnums(f.Messages)
	}
	for _, x := range s.Extensions {
		v.extensions[x.Name] = x
		v.extensionPackages[x.File().Package] = true
	}
	return v
}

func haveEnums(messages []*compat.Message) bool {
	for _, m := range messages {
		if len(m.Enums) > 0 || haveEnums(m.Messages) {
			return true
		}
	}
	return false
}

// change is a fact between two sides, which is what predicates and places are functions of.
type change struct {
	compat.Fact
	old, now *side
}

// fields returns the two fields of a fact about a pair of fields.
func (c *change) fields() (old, now *compat.Field) {
	old, _ = c.Old.(*compat.Field)
	now, _ = c.New.(*compat.Field)
	return old, now
}

// stayed returns the new file under the path of what is gone, or nil.
func (c *change) stayed() *compat.File { return c.now.File(c.Old.File().Path) }

// nested returns the name of a declaration without its package, e.g., Order.Line.
func nested(n compat.Node) string {
	return strings.TrimPrefix(n.FullName(), prefix(n.File().Package))
}

func prefix(pkg string) string {
	if pkg == "" {
		return ""
	}
	return pkg + "."
}

// twin returns the new declaration of the kind of old with a full name, or nil.
func (s *side) twin(old compat.Node, name string) compat.Node {
	switch old.(type) {
	case *compat.Message:
		if m := s.Message(name); m != nil {
			return m
		}
	case *compat.Enum:
		if e := s.Enum(name); e != nil {
			return e
		}
	case *compat.Service:
		if v := s.Service(name); v != nil {
			return v
		}
	case *compat.Field:
		if x := s.extensions[name]; x != nil {
			return x
		}
	}
	return nil
}

// has says whether a package has what old is one of. Services count differently: buf looks for them wherever the package is.
func (s *side) has(old compat.Node, pkg string) bool {
	switch old.(type) {
	case *compat.Message:
		return s.messagePackages[pkg]
	case *compat.Enum:
		return s.enumPackages[pkg]
	case *compat.Field:
		return s.extensionPackages[pkg]
	}
	return s.HasPackage(pkg)
}
