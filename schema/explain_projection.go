package schema

import (
	"cmp"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// explainProjections lists the settings of projections that have a source; the others have errors.
func (r *resolver) explainProjections() {
	for _, f := range r.files {
		for _, p := range f.Projections {
			if p.Source == nil {
				continue
			}
			r.explainSource(p)
			for _, c := range p.Columns {
				p.add("column "+c.Name, c.explain(p.Source), r.at(c.Field).String())
			}
		}
	}
}

func (p *Projection) add(name, value, origin string) {
	p.Settings = append(p.Settings, Setting{name, value, origin})
}

func (r *resolver) explainSource(p *Projection) {
	source := projectionOption(p.Desc).GetSource()[0]
	add := func(option, value, fallback string) {
		if isSet(source.ProtoReflect(), option) {
			fallback = r.atOption(p.Desc, evgenpb.E_Projection, "source[0]."+option).String()
		}
		p.add("source."+option, value, fallback)
	}
	p.add("table", p.Table, r.tableOrigin(p))
	add("event", string(p.Source.Event.Desc.FullName()), builtIn)
	add("as", p.Source.As, "default: the event's name")
	add("for_each", cmp.Or(p.Source.ForEach.String(), "none"), builtIn)
	add("where", cmp.Or(source.GetWhere(), "none"), builtIn)
	add("on_delete", p.Source.OnDelete.String(), "default of the only source")
}

func (r *resolver) tableOrigin(p *Projection) string {
	if projectionOption(p.Desc).GetTable() == "" {
		return "default: the message's name"
	}
	return r.atOption(p.Desc, evgenpb.E_Projection, "table").String()
}

// String returns the policy as annotations spell it.
func (o OnDelete) String() string {
	return [...]string{DeleteRow: "DELETE_ROW", ClearColumns: "CLEAR_COLUMNS", Keep: "KEEP"}[o]
}

// explain says where a column comes from, and whether it is part of the key.
func (c *Column) explain(s *Source) string {
	value := "the revision"
	if !c.Revision {
		value = "from " + c.From.in(s)
	}
	if c.Key {
		value += ", key"
	}
	return value
}

// in writes a reference as a path of annotations.
func (r Ref) in(s *Source) string {
	root := [...]string{FromEvent: s.As, FromItem: "item", FromMapKey: "item.key", FromMapValue: "item.value"}[r.Root]
	if len(r.Path) == 0 {
		return root
	}
	return root + "." + r.Path.String()
}
