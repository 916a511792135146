package compat

// Rename declares that a message or enum has another full name now. Types nested in it are renamed with it. A rename of something that old does not have, or that
// now still has, or to a name that old has, too, has happened already and means nothing.
type Rename struct{ Was, Now string }

// Compare returns [Comparison.Facts] of two sides.
func Compare(old, now *Snapshot, renames ...Rename) []Fact {
	return NewComparison(old, now, renames...).Facts()
}

// Comparison pairs the declarations of two sides.
//
// Files pair by path; messages, enums and services by full name wherever they are declared; fields, extensions and enum values by number; methods and oneofs by
// name. What has no partner is removed or added, and so is all that is declared in it.
type Comparison struct {
	Old, New *Snapshot

	renamed    map[string]string // full names of old types that have another one now
	was        map[string]string // the inverse
	extensions map[slot]*Field   // of new
}

// slot is what an extension occupies.
type slot struct {
	extendee string
	number   int32
}

// NewComparison pairs two sides.
func NewComparison(old, now *Snapshot, renames ...Rename) *Comparison {
	c := &Comparison{Old: old, New: now, renamed: map[string]string{}, was: map[string]string{}, extensions: map[slot]*Field{}}
	for _, r := range renames {
		c.rename(r)
	}
	for _, x := range now.Extensions {
		c.extensions[slot{x.Extendee, x.Number}] = x
	}
	return c
}

func (c *Comparison) rename(r Rename) {
	if m := c.Old.messages[r.Was]; m != nil && c.New.messages[r.Was] == nil && c.Old.messages[r.Now] == nil {
		c.renameMessage(m, r.Now)
	}
	if e := c.Old.enums[r.Was]; e != nil && c.New.enums[r.Was] == nil && c.Old.enums[r.Now] == nil {
		c.renameType(r.Was, r.Now)
	}
}

func (c *Comparison) renameMessage(m *Message, now string) {
	c.renameType(m.Name, now)
	for _, e := range m.Enums {
		c.renameType(e.Name, now+e.Name[len(m.Name):])
	}
	for _, nested := range m.Messages {
		c.renameMessage(nested, now+nested.Name[len(m.Name):])
	}
}

func (c *Comparison) renameType(was, now string) {
	c.renamed[was], c.was[now] = now, was
}

// Now returns the full name that an old type has now, whether it is there or not.
func (c *Comparison) Now(name string) string {
	if now, ok := c.renamed[name]; ok {
		return now
	}
	return name
}

// Was returns the full name that a new type had, whether it was there or not.
func (c *Comparison) Was(name string) string {
	if was, ok := c.was[name]; ok {
		return was
	}
	return name
}

// Message returns the partner of an old message, or nil.
func (c *Comparison) Message(old *Message) *Message { return c.New.messages[c.Now(old.Name)] }

// Enum returns the partner of an old enum, or nil.
func (c *Comparison) Enum(old *Enum) *Enum { return c.New.enums[c.Now(old.Name)] }

// Extension returns the partner of an old extension, or nil.
func (c *Comparison) Extension(old *Field) *Field {
	return c.extensions[slot{c.Now(old.Extendee), old.Number}]
}

// Facts states how new differs from old: what is changed and removed, in the order of old's declarations, then what is added in the order of new's. It takes time linear in
// the size of both sides.
func (c *Comparison) Facts() []Fact {
	d := &diff{Comparison: c}
	d.packages()
	for _, f := range c.Old.Files {
		d.file(f)
	}
	d.extensions()
	for _, f := range c.New.Files {
		d.addedIn(f)
	}
	d.addedExtensions()
	return d.facts
}

// Messages states how the declaration of message now differs from that of old. The two need not be partners: a field may change its type from one to the other.
func (c *Comparison) Messages(old, now *Message) []Fact {
	d := &diff{Comparison: c}
	d.message(old, now)
	return d.facts
}

// Enums is [Comparison.Messages] for enums.
func (c *Comparison) Enums(old, now *Enum) []Fact {
	d := &diff{Comparison: c}
	d.enum(old, now)
	return d.facts
}

// diff collects facts.
type diff struct {
	*Comparison
	facts []Fact
}

func (d *diff) add(f Fact) { d.facts = append(d.facts, f) }

// differ adds a fact if two states differ. The scopes are the parents of the two nodes.
func (d *diff) differ(kind FactKind, old, now Node, from, to string) {
	if from != to {
		d.add(Fact{Kind: kind, Old: old, New: now, OldScope: old.Parent(), NewScope: now.Parent(), From: from, To: to})
	}
}

// removed adds the fact that old has no partner. Its place in new is the partner of the nearest declaration around it that has one, or the file of its path.
func (d *diff) removed(kind FactKind, old Node) {
	d.add(Fact{Kind: kind, Old: old, OldScope: old.Parent(), NewScope: d.survivor(old), From: old.FullName()})
}

func (d *diff) survivor(old Node) Node {
	for n := old.Parent(); n != nil; n = n.Parent() {
		switch n := n.(type) {
		case *Message:
			if m := d.Message(n); m != nil {
				return m
			}
		case *Service:
			if s := d.New.services[n.Name]; s != nil {
				return s
			}
		}
	}
	if f := d.New.files[old.File().Path]; f != nil {
		return f
	}
	return nil
}

// added adds the fact that now has no partner.
func (d *diff) added(kind FactKind, now Node) {
	f := Fact{Kind: kind, New: now, NewScope: now.Parent(), To: now.FullName()}
	if old := d.Old.files[now.File().Path]; old != nil {
		f.OldScope = old
	}
	d.add(f)
}
