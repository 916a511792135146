package contract

import (
	"fmt"
	"strconv"
	"strings"
)

// eachColumn compares the columns that are on both sides by one aspect of them.
func eachColumn(x change[Projection], aspect func(was, is *Column) (from, to string)) []hit {
	var hits []hit
	for i := range x.new.Columns {
		is := &x.new.Columns[i]
		was := counterpart(x.old, x.new, is)
		if was == nil {
			continue
		}
		if from, to := aspect(was, is); from != to {
			hits = append(hits, hit{about: x.new.Name + "." + is.Name, from: from, to: to, old: was.Place, new: is.Place,
				message: fmt.Sprintf("column %s of table %s is %s, was %s", is.Name, x.new.Table, to, from)})
		}
	}
	return hits
}

func columnAdded(x change[Projection]) []hit {
	var hits []hit
	for i := range x.new.Columns {
		if is := &x.new.Columns[i]; counterpart(x.old, x.new, is) == nil {
			hits = append(hits, hit{about: x.new.Name + "." + is.Name, to: is.typeText(), old: x.old.whole, new: is.Place,
				message: fmt.Sprintf("table %s has a new column %s", x.new.Table, is.Name)})
		}
	}
	return hits
}

func columnsGone(x change[Projection]) []hit {
	if x.new == nil {
		return []hit{tableGone(x)}
	}
	var hits []hit
	for i := range x.old.Columns {
		if was := &x.old.Columns[i]; counterpart(x.new, x.old, was) == nil {
			hits = append(hits, hit{about: x.old.Name + "." + was.Name, from: was.typeText(), old: was.Place, new: x.new.whole,
				message: fmt.Sprintf("column %s of table %s is gone", was.Name, x.new.Table)})
		}
	}
	return hits
}

func tableGone(x change[Projection]) hit {
	h := hit{from: x.old.Table, old: x.old.whole, new: x.remains(x.old.File), message: fmt.Sprintf("projection %s of table %s is gone", x.old.Name, x.old.Table)}
	for i := range x.after.Projections {
		if p := &x.after.Projections[i]; p.Table == x.old.Table && x.before.Projection(x.nameBefore(p.Name)) == nil {
			h.help = fmt.Sprintf("%s has a table of that name: if it is the same projection, declare the rename", p.Name)
		}
	}
	return h
}

func columnRenamed(x change[Projection]) []hit {
	hits := eachColumn(x, func(was, is *Column) (from, to string) { return was.Name, is.Name })
	if x.old.Table != x.new.Table {
		hits = append(hits, hit{from: x.old.Table, to: x.new.Table, old: x.old.At("table"), new: x.new.At("table"),
			message: fmt.Sprintf("table of %s is %s, was %s", x.new.Name, x.new.Table, x.old.Table)})
	}
	return hits
}

func (c *Column) typeText() string {
	t := orDefault(c.SQLType, c.Kind)
	if !c.Nullable {
		t += " not null"
	}
	return t
}

func columnWidened(x change[Projection]) []hit { return retyped(x, wider) }

func columnNarrowed(x change[Projection]) []hit { return retyped(x, narrower) }

func columnRetyped(x change[Projection]) []hit { return retyped(x, otherwise) }

func retyped(x change[Projection], kind reach) []hit {
	return eachColumn(x, func(was, is *Column) (from, to string) {
		if reachOf(was, is) != kind {
			return "", ""
		}
		return was.typeText(), is.typeText()
	})
}

// reach says which values a column holds, beside before.
type reach uint8

const (
	same reach = iota
	wider
	narrower
	otherwise
)

// widenings are the kinds that hold all values of another.
var widenings = map[[2]string]bool{
	{"int32", "int64"}: true, {"int64", "uint64"}: true, {"float", "double"}: true,
}

func reachOf(was, is *Column) reach {
	types := reachOfTypes(was, is)
	switch {
	case was.Nullable == is.Nullable || types == otherwise:
		return types
	case is.Nullable && types != narrower:
		return wider
	}
	return narrower
}

func reachOfTypes(was, is *Column) reach {
	switch {
	case was.SQLType == is.SQLType && (was.Kind == is.Kind || was.SQLType != ""):
		return same
	case was.SQLType != "" && is.SQLType != "":
		return reachOfSQL(was.SQLType, is.SQLType)
	case was.SQLType != is.SQLType:
		return otherwise
	case widenings[[2]string{was.Kind, is.Kind}]:
		return wider
	case widenings[[2]string{is.Kind, was.Kind}]:
		return narrower
	}
	return otherwise
}

// reachOfSQL compares types that differ in their bound only, e.g., varchar(20) and varchar(40).
func reachOfSQL(was, is string) reach {
	base, old, ok := bound(was)
	newBase, now, newOK := bound(is)
	switch {
	case !ok || !newOK || base != newBase:
		return otherwise
	case now > old:
		return wider
	}
	return narrower
}

func bound(typ string) (base string, n int, ok bool) {
	base, rest, found := strings.Cut(strings.ToLower(typ), "(")
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), ")")))
	return strings.TrimSpace(base), n, found && err == nil
}
