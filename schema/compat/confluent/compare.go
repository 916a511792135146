package confluent

import "github.com/evgen-dev/evgen/schema/compat"

// Compare returns what a registry sees between two versions of a schema, those that it puts up with included. Types that a file imports are compared
// as far as its fields use them.
//
// Each difference is there once, in the order of old's declarations, although a registry repeats those of an imported type for each field that has it, and
// keeps to no order among messages.
func (v Version) Compare(old, now Schema) []Difference {
	c := newComparison(v, old.Types, now.Types)
	all := telling{told: map[*visit]bool{}, skips: func(*visit) bool { return false }}
	all.tell(c.files(old.File, now.File))
	return all.found
}

// comparison compares files of two sides. What they import is compared once, however many files do.
type comparison struct {
	compareFields func(*visit, fields, fields)
	was, is       *compat.Snapshot
	imported      map[pair]*visit
	fresh         []*visit // since the last file
}

type pair struct{ old, now *compat.Message }

func newComparison(v Version, old, now *compat.Snapshot) *comparison {
	return &comparison{compareFields: fieldRules[v], was: old, is: now, imported: map[pair]*visit{}}
}

// files visits two files.
func (c *comparison) files(old, now *compat.File) *visit {
	v := &visit{comparison: c, old: old, now: now, schemas: schemas{old, now}}
	c.fresh = append(c.fresh, v)
	if old.Package != now.Package {
		v.see(PackageChanged, change{"#/", old, now, old.Package, now.Package})
	}
	v.messages(old.Messages, now.Messages)
	v.enums(old.Enums, now.Enums)
	c.spread()
	return v
}

// body visits two messages that stand within the scopes of v.
func (v *visit) body(old, now *compat.Message) *visit {
	if v.schemas == (schemas{}) {
		return v.imports(old, now)
	}
	inner := v.visit(old, now)
	inner.complete(old, now)
	return inner
}

// imports visits two messages of imported files, once: fields lead to them, which can be recursive, and what encloses them does.
func (c *comparison) imports(old, now *compat.Message) *visit {
	if v := c.imported[pair{old, now}]; v != nil {
		return v
	}
	v := &visit{comparison: c, old: old, now: now}
	c.fresh = append(c.fresh, v)
	c.imported[pair{old, now}] = v
	v.complete(old, now)
	return v
}

// complete compares fields and nested types.
func (v *visit) complete(old, now *compat.Message) {
	v.compareFields(v, fieldsOf(old), fieldsOf(now))
	nested := v.visit(old, now)
	nested.messages(old.Messages, now.Messages)
	nested.enums(old.Enums, now.Enums)
	v.include(nested)
}
