package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/filter"
)

// Explain returns every resolved setting of the event or projection that name means, each with its origin. The name is a full one, or the end
// of one that is the only of its kind, e.g., Site or v1.Site. The error says what was probably meant.
func (m *Model) Explain(name string) ([]Setting, error) {
	parts := m.explained()
	var found []explained
	for _, p := range parts {
		switch full := string(p.desc.FullName()); {
		case full == strings.TrimPrefix(name, "."):
			return p.settings(), nil
		case strings.HasSuffix(full, "."+name):
			found = append(found, p)
		}
	}
	switch len(found) {
	case 1:
		return found[0].settings(), nil
	case 0:
		return nil, m.unexplained(name, parts)
	}
	return nil, fmt.Errorf("explain %s: %s have that name: write one of them in full", name, strings.Join(fullNames(found), " and "))
}

// explained is a message that has settings.
type explained struct {
	desc     protoreflect.MessageDescriptor
	settings func() []Setting
}

func (m *Model) explained() []explained {
	var parts []explained
	for _, f := range m.Files {
		for _, e := range f.Events {
			parts = append(parts, explained{e.Desc, e.explain})
		}
		for _, p := range f.Projections {
			parts = append(parts, explained{p.Desc, p.explain})
		}
	}
	return parts
}

func fullNames(parts []explained) []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = string(p.desc.FullName())
	}
	return names
}

// unexplained says why there is nothing to explain.
func (m *Model) unexplained(name string, parts []explained) error {
	var plain protoreflect.MessageDescriptor
	for _, f := range m.Files {
		walkMessages(f.Desc.Messages(), func(md protoreflect.MessageDescriptor) {
			if full := string(md.FullName()); full == strings.TrimPrefix(name, ".") || strings.HasSuffix(full, "."+name) {
				plain = md
			}
		})
	}
	if plain != nil {
		return fmt.Errorf("explain %s: message %s is neither an event nor a projection: it has no option (evgen.v1.event) or (evgen.v1.projection)", name, plain.FullName())
	}
	names := fullNames(parts)
	for _, p := range parts {
		names = append(names, string(p.desc.Name()))
	}
	if near := nearest.Of(name, names); near != "" {
		return fmt.Errorf("explain %s: there is no such event or projection (did you mean %q?)", name, near)
	}
	return fmt.Errorf("explain %s: there is no such event or projection: there are %s", name, strings.Join(names[:len(parts)], ", "))
}

// explain returns the settings of a projection, then what follows from them: its indexes, and the queries of its reader.
func (p *Projection) explain() []Setting {
	return slices.Concat([]Setting{{"projection", string(p.Desc.FullName()), p.Pos.String()}}, p.Settings, p.explainIndexes(), p.explainQueries())
}

func (p *Projection) explainIndexes() []Setting {
	var settings []Setting
	for _, x := range p.Indexes {
		value, origin := orderList(x.Columns), x.Pos.String()
		if x.Unique {
			value += ", unique"
		}
		if x.Auto {
			origin = "default of for_each: finds the rows of an event"
		}
		settings = append(settings, Setting{"index " + x.Name, value, origin})
	}
	return settings
}

// explainQueries relies on their order: those of the start of the key, then those of the declared indexes.
func (p *Projection) explainQueries() []Setting {
	var settings []Setting
	byKey := len(p.Key) - 1
	for i, q := range p.Queries {
		origin := "default: the start of the key"
		if i >= byKey {
			origin = p.Indexes[i-byKey].Pos.String()
		}
		columns := columnList(q.Params)
		settings = append(settings, Setting{
			Name:   "list by " + cmp.Or(q.Name, strings.ReplaceAll(columns, ", ", "_")),
			Value:  "parameters " + cmp.Or(columns, "none") + "; order " + orderList(q.Order),
			Origin: origin,
		})
	}
	return settings
}

func orderList(order []Ordering) string {
	words := make([]string, len(order))
	for i, o := range order {
		words[i] = o.Column.Name
		if o.Descending {
			words[i] += " desc"
		}
	}
	return strings.Join(words, ", ")
}

// explain returns the event's settings and those of its topic.
func (e *Event) explain() []Setting {
	settings := slices.Concat([]Setting{{"event", string(e.Desc.FullName()), e.Pos.String()}}, e.Settings)
	if e.Topic.Shared {
		var names []string
		for _, other := range e.Topic.Events {
			names = append(names, string(other.Desc.Name()))
		}
		settings = append(settings, Setting{"topic.events", strings.Join(names, ", "), "shared topic, declared at " + e.Topic.Pos.String()})
	}
	for _, s := range e.Topic.Settings {
		settings = append(settings, Setting{"topic." + s.Name, s.Value, s.Origin})
	}
	return append(settings, Setting{"duplicates", "found by " + e.Topic.Guard.String(), "follows from kind, revision and event_id"})
}

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
		value = "from " + s.refText(c.From)
	}
	if c.Key {
		value += ", key"
	}
	return value
}

// refText writes a reference as a path of annotations.
func (s *Source) refText(r filter.Ref) string {
	root := [...]string{filter.FromEvent: s.As, filter.FromItem: "item", filter.FromMapKey: "item.key", filter.FromMapValue: "item.value"}[r.Root]
	if len(r.Path) == 0 {
		return root
	}
	return root + "." + r.Path.String()
}
