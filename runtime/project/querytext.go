package project

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// statement is a list's SQL for the first page, or for those after a row. Of the parameters, the row's values in the columns of the order, and the
// limit, counted in this sequence, args are those that the text refers to.
type statement struct {
	text string
	args []int
}

// statementAfter returns the statement that goes on after a row. Which columns are NULL there changes the text, other values do
// not.
//
// Rows after a row are several ranges of the index as soon as directions are mixed or NULLs possible: those that are equal in all columns but
// the last ones, those that are equal in fewer, and so on. A condition with OR would name them all at once, but neither
// database would start in the middle of an index then, so each range is a query of its own.
func (p *plan) statementAfter(d sqldb.Dialect, null []bool) statement {
	w := &textWriter{plan: p, dialect: d, null: null}
	ranges := p.ranges(null)
	if len(ranges) == 1 {
		text := w.selectFrom(w.read(), ranges[0])
		return statement{text + w.limit(), w.args}
	}
	parts := make([]string, len(ranges))
	for i, r := range ranges {
		parts[i] = "SELECT * FROM (" + w.selectFrom(w.names(), r) + w.limit() + ") AS " + fmt.Sprintf("part%d", i+1)
	}
	text := "SELECT " + w.read() + "\nFROM (\n" + strings.Join(parts, "\nUNION ALL\n") + "\n) AS t" + w.orderBy()
	return statement{text + w.limit(), w.args}
}

// first returns the statement of the first page.
func (p *plan) first(d sqldb.Dialect) statement {
	w := &textWriter{plan: p, dialect: d}
	text := w.selectFrom(w.read(), nil)
	return statement{text + w.limit(), w.args}
}

// term is a condition on column i of the order, or on all from i to the end.
type term struct {
	i    int
	kind termKind
}

type termKind uint8

const (
	equal       termKind = iota // to the row's value, which may be NULL
	beyond                      // comes after it
	isNull                      // comes last, in descending order
	isNotNull                   // comes after NULL, in ascending order
	beyondToEnd                 // all columns from i on, as one row
)

// ranges returns the terms of each range, in order.
func (p *plan) ranges(null []bool) [][]term {
	same := func(n int) []term {
		terms := make([]term, n)
		for i := range terms {
			terms[i] = term{i, equal}
		}
		return terms
	}
	var ranges [][]term
	if p.tail < len(p.order) {
		ranges = append(ranges, append(same(p.tail), term{p.tail, beyondToEnd}))
	}
	for i := p.tail - 1; i >= 0; i-- {
		for _, kind := range p.after(p.order[i], null[i]) {
			ranges = append(ranges, append(same(i), term{i, kind}))
		}
	}
	return ranges
}

// after returns what comes after a value of a column, where NULL comes before everything else in ascending order.
func (p *plan) after(o ordering, null bool) []termKind {
	switch {
	case null && o.descending:
		return nil
	case null:
		return []termKind{isNotNull}
	case o.descending && p.layout.nullable(o.column):
		return []termKind{beyond, isNull}
	default:
		return []termKind{beyond}
	}
}

// textWriter numbers the arguments of one statement as it writes it.
type textWriter struct {
	plan    *plan
	dialect sqldb.Dialect
	null    []bool
	args    []int
}

// read lists all columns as the types that rows have.
func (w *textWriter) read() string {
	return readColumns(w.dialect, w.plan.layout)
}

func (w *textWriter) names() string {
	names := make([]string, len(w.plan.layout.columns))
	for i := range names {
		names[i] = w.column(i)
	}
	return strings.Join(names, ", ")
}

func (w *textWriter) column(i int) string {
	return "t." + w.dialect.Quote(w.plan.layout.columns[i].Name)
}

func (w *textWriter) selectFrom(columns string, terms []term) string {
	conditions := make([]string, 0, len(w.plan.params)+len(terms))
	for i, column := range w.plan.params {
		conditions = append(conditions, w.column(column)+" = "+w.arg(i))
	}
	for _, t := range terms {
		conditions = append(conditions, w.condition(t))
	}
	text := "SELECT " + columns + "\nFROM " + w.dialect.Quote(w.plan.layout.name) + " AS t"
	if len(conditions) > 0 {
		text += "\nWHERE " + strings.Join(conditions, " AND ")
	}
	return text + w.orderBy()
}

func (w *textWriter) condition(t term) string {
	o := w.plan.order[t.i]
	column := w.column(o.column)
	switch t.kind {
	case isNull:
		return column + " IS NULL"
	case isNotNull:
		return column + " IS NOT NULL"
	case beyond:
		return column + beyondSign(o) + w.orderArg(t.i)
	case beyondToEnd:
		return w.rowComparison(t.i)
	}
	if w.null[t.i] {
		return column + " IS NULL"
	}
	return column + " = " + w.orderArg(t.i)
}

func beyondSign(o ordering) string {
	if o.descending {
		return " < "
	}
	return " > "
}

func (w *textWriter) rowComparison(from int) string {
	var columns, args []string
	for i := from; i < len(w.plan.order); i++ {
		columns = append(columns, w.column(w.plan.order[i].column))
		args = append(args, w.orderArg(i))
	}
	sign := beyondSign(w.plan.order[from])
	if len(columns) == 1 {
		return columns[0] + sign + args[0]
	}
	return "(" + strings.Join(columns, ", ") + ")" + sign + "(" + strings.Join(args, ", ") + ")"
}

func (w *textWriter) orderBy() string {
	if len(w.plan.order) == 0 {
		return ""
	}
	list := make([]string, len(w.plan.order))
	for i, o := range w.plan.order {
		list[i] = w.column(o.column) + w.direction(o)
	}
	return "\nORDER BY " + strings.Join(list, ", ")
}

// direction sorts NULL as the smallest value, which is SQLite's own way and must be said to PostgreSQL, as in the index.
func (w *textWriter) direction(o ordering) string {
	text, nulls := "", " NULLS FIRST"
	if o.descending {
		text, nulls = " DESC", " NULLS LAST"
	}
	if isPostgres(w.dialect) && w.plan.layout.nullable(o.column) {
		return text + nulls
	}
	return text
}

// orderArg is the row's value in column i of the order.
func (w *textWriter) orderArg(i int) string { return w.arg(len(w.plan.params) + i) }

func (w *textWriter) arg(number int) string {
	at := slices.Index(w.args, number)
	if at < 0 {
		at = len(w.args)
		w.args = append(w.args, number)
	}
	return w.dialect.Placeholder(at + 1)
}

func (w *textWriter) limit() string {
	return "\nLIMIT " + w.arg(len(w.plan.params)+len(w.plan.order))
}
