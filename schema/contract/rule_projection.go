package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

var swap = []string{"rebuild the table beside the old one", "swap them"}

func rebuildRules() []rule[Projection] {
	return []rule[Projection]{
		{compat.Rule{ID: "PROJECTION_REBUILD_IMPOSSIBLE", Group: combination, Severity: compat.Always, Summary: "a table must be rebuilt from a log that no longer has all of it",
			Effect: effect(compat.History|compat.State, "none", "none", "rows of removed records are missing",
				"name a snapshot, or another source to fill the table from", "rebuild the table beside the old one", "swap them")}, rebuildImpossible},
	}
}

func projectionRules() []rule[Projection] {
	return []rule[Projection]{
		{compat.Rule{ID: "PROJECTION_KEY_CHANGED", Group: projections, Summary: "rows have another key",
			Effect: effect(compat.State, "none", "does not start on the old table: its rows have the old key", "none", swap...)}, projectionKey},
		{compat.Rule{ID: "PROJECTION_SOURCE_CHANGED", Group: projections, Summary: "rows or columns come from elsewhere",
			Effect: effect(compat.State, "none", "does not start on the old table: its rows have another meaning", "none", swap...)}, projectionSource},
		{compat.Rule{ID: "PROJECTION_DELETE_POLICY", Group: projections, Summary: "a deletion does something else to rows",
			Effect: effect(compat.State, "none", "does not start on the old table: earlier deletions are as the old policy left them", "none", swap...)}, deletePolicy},
		{compat.Rule{ID: "PROJECTION_COLUMN_ADDED", Group: projections, Severity: compat.Remark, Summary: "a table has a column more",
			Effect: effect(0, "none", "the rows that are there have null, or the zero value", "none",
				"migrate the table", "rebuild it only if the past is wanted in the column")}, columnAdded},
		{compat.Rule{ID: "PROJECTION_COLUMN_WIDENED", Group: projections, Severity: compat.Remark, Summary: "a column holds more than before",
			Effect: effect(0, "none", "none", "none", "migrate the table", "deploy what writes it")}, columnWidened},
		{compat.Rule{ID: "PROJECTION_COLUMN_NARROWED", Group: projections, Summary: "a column holds less than before",
			Effect: effect(compat.State, "none", "rows are refused", "rows are refused", "add a new column", "fill it", "swap them")}, columnNarrowed},
		{compat.Rule{ID: "PROJECTION_COLUMN_RETYPED", Group: projections, Summary: "a column has another type",
			Effect: effect(compat.State, "none", "rows are refused", "rows are refused", "add a new column", "fill it", "swap them")}, columnRetyped},
		{compat.Rule{ID: "PROJECTION_COLUMN_RENAMED", Group: projections, Severity: compat.Always, Summary: "a column or a table has another name",
			Effect: effect(compat.Forward, "readers do not find it", "none", "none", "add the new name", "move readers", "remove the old name")}, columnRenamed},
		columnRemoved(),
		{compat.Rule{ID: "PROJECTION_UNIQUE_ADDED", Group: projections, Summary: "an index is unique that was not",
			Effect: effect(compat.State, "none", "rows that are there may break it", "rows may break it, which stops the projection", "check the rows", "add the index")}, uniqueAdded},
	}
}

func columnRemoved() rule[Projection] {
	return rule[Projection]{compat.Rule{ID: "PROJECTION_COLUMN_REMOVED", Group: projections, Severity: compat.Always, Summary: "a column or a table is gone",
		Effect: effect(compat.Forward, "readers do not find it", "none", "none", "move readers", "remove it")}, columnsGone}
}

// rebuildImpossible looks at both sides of the log: what was removed before is as gone as what will be.
func rebuildImpossible(x change[Projection]) []hit {
	causes := slices.Concat(projectionKey(x), projectionSource(x), deletePolicy(x))
	source := x.after.Event(x.new.Source)
	if len(causes) == 0 || source == nil {
		return nil
	}
	t := x.after.Topic(source.Topic)
	if was := x.before.Topic(source.Topic); was != nil && !whole(was, source) {
		t = was
	}
	if t == nil || whole(t, source) {
		return nil
	}
	return []hit{{from: causes[0].from, to: causes[0].to, old: causes[0].old, new: causes[0].new,
		message: fmt.Sprintf("table %s must be rebuilt, and topic %s keeps records of %s for %s", x.new.Table, t.Name, source.Name, kept(t))}}
}

// whole says whether a topic has all that a table is made of: each fact, or the last state of each entity.
func whole(t *Topic, e *Event) bool {
	if t.compacted() && e.Kind != "DOCUMENT" {
		return false
	}
	return !t.ages() || t.Retention == schema.Forever
}

func kept(t *Topic) string {
	if !t.ages() || t.compacted() {
		return "as long as no newer one has their key"
	}
	return schema.FormatDuration(t.Retention)
}

// tableHit is a hit about one fact of a projection, under its key in the lock.
func tableHit(x change[Projection], part, name, from, to string) hit {
	return hit{from: from, to: to, old: x.old.At(part), new: x.new.At(part),
		message: fmt.Sprintf("%s of table %s is %s, was %s", name, x.new.Table, orNone(to), orNone(from))}
}

func projectionKey(x change[Projection]) []hit {
	var was, is []string
	for _, c := range x.old.Columns {
		if c.Key {
			was = append(was, c.Name)
		}
	}
	for _, c := range x.new.Columns {
		if old := counterpart(x.old, x.new, &c); c.Key && old != nil {
			is = append(is, old.Name)
		} else if c.Key {
			is = append(is, c.Name)
		}
	}
	if slices.Equal(was, is) {
		return nil
	}
	h := tableHit(x, "column", "key", strings.Join(was, ", "), strings.Join(is, ", "))
	h.old, h.new = firstKey(x.old), firstKey(x.new)
	return []hit{h}
}

func firstKey(p *Projection) compat.Place {
	for _, c := range p.Columns {
		if c.Key {
			return c.Place
		}
	}
	return p.whole
}

// counterpart is the column of other that a column is on its side: the one of its name, else one of its number whose name is gone.
func counterpart(other, own *Projection, c *Column) *Column {
	if same := column(other, func(o *Column) bool { return o.Name == c.Name }); same != nil {
		return same
	}
	return column(other, func(o *Column) bool {
		return o.Number == c.Number && column(own, func(n *Column) bool { return n.Name == o.Name }) == nil
	})
}

func column(p *Projection, fits func(*Column) bool) *Column {
	for i := range p.Columns {
		if fits(&p.Columns[i]) {
			return &p.Columns[i]
		}
	}
	return nil
}

func projectionSource(x change[Projection]) []hit {
	var hits []hit
	if x.nameNow(x.old.Source) != x.new.Source {
		hits = append(hits, tableHit(x, "source", "source", x.old.Source, x.new.Source))
	}
	if was, is := x.old.ForEach, x.new.ForEach; (was == nil) != (is == nil) || was != nil && !was.Same(*is) {
		hits = append(hits, tableHit(x, "for_each", "for_each", pathText(was), pathText(is)))
	}
	if x.old.Where != x.new.Where {
		hits = append(hits, tableHit(x, "where", "filter", x.old.Where, x.new.Where))
	}
	return append(hits, eachColumn(x, func(was, is *Column) (from, to string) {
		if was.From != nil && is.From != nil && was.From.Same(*is.From) {
			return "", ""
		}
		return fromText(was), fromText(is)
	})...)
}

func pathText(f *Field) string {
	if f == nil {
		return ""
	}
	return f.Path
}

func fromText(c *Column) string {
	if c.From == nil {
		return "from the revision"
	}
	return fmt.Sprintf("from %s = %s", c.From.Path, c.From.Numbers)
}

func deletePolicy(x change[Projection]) []hit {
	if x.old.OnDelete == x.new.OnDelete {
		return nil
	}
	return []hit{tableHit(x, "on_delete", "on_delete", x.old.OnDelete, x.new.OnDelete)}
}

func uniqueAdded(x change[Projection]) []hit {
	var hits []hit
	for _, u := range x.new.Unique {
		if slices.ContainsFunc(x.old.Unique, func(o Unique) bool { return slices.Equal(o.Columns, u.Columns) }) {
			continue
		}
		columns := strings.Join(u.Columns, ", ")
		hits = append(hits, hit{to: columns, old: x.old.whole, new: u.Place,
			message: fmt.Sprintf("rows of table %s are unique by %s, were not", x.new.Table, columns)})
	}
	return hits
}
