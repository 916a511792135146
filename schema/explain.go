package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
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
	if near := nearest(name, names); near != "" {
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
