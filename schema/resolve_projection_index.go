package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// resolveIndexes reads the declared indexes and adds the one that for_each needs.
func (d *projectionDraft) resolveIndexes() {
	for i, o := range d.options.GetIndex() {
		if x := d.newIndexDraft(i, o); x.resolve() {
			d.Indexes = append(d.Indexes, x.Index)
			d.drafts = append(d.drafts, x)
		}
	}
	d.addOwnerIndex()
}

// indexDraft is an index while it is resolved.
type indexDraft struct {
	*Index
	d        *projectionDraft
	number   int
	options  *evgenpb.ProjectionOptions_Index
	declared []Ordering
	params   []*Column
}

func (d *projectionDraft) newIndexDraft(number int, options *evgenpb.ProjectionOptions_Index) *indexDraft {
	x := &indexDraft{Index: &Index{Unique: options.GetUnique()}, d: d, number: number, options: options}
	x.Pos = x.pos("")
	return x
}

// pos returns the position of an option of the index.
func (x *indexDraft) pos(option string) Position {
	return x.d.pos(fmt.Sprintf("index[%d].%s", x.number, option))
}

func (x *indexDraft) resolve() bool {
	if !x.resolveColumns() {
		return false
	}
	if x.isRedundant() {
		return false
	}
	x.resolveName()
	x.checkParameters()
	x.Columns, x.Params = x.declared, len(x.params)
	if !x.Unique {
		x.Columns = withKey(x.declared, x.d.Key)
	}
	return true
}

func (x *indexDraft) resolveColumns() bool {
	if len(x.options.GetColumns()) == 0 {
		x.d.errorf(x.pos("columns"), indexColumn, "an index has no columns").help(`name some: index: { columns: ["site_id"] }`)
		return false
	}
	for i, text := range x.options.GetColumns() {
		o, ok := x.ordering(i, text)
		if !ok {
			return false
		}
		x.declared = append(x.declared, o)
	}
	return true
}

// ordering reads "available desc".
func (x *indexDraft) ordering(i int, text string) (Ordering, bool) {
	pos := x.pos(fmt.Sprintf("columns[%d]", i))
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > 2 || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
		x.d.errorf(pos, indexColumn, "index column %q is not a column", text).help(`write "available", "available asc" or "available desc"`)
		return Ordering{}, false
	}
	c := x.d.columnNamed(words[0])
	if c == nil {
		x.d.unknownColumn(pos, words[0])
		return Ordering{}, false
	}
	if slices.ContainsFunc(x.declared, func(o Ordering) bool { return o.Column == c }) {
		x.d.errorf(pos, indexRepeats, "an index names column %s twice", c.Name).help("keep the first")
		return Ordering{}, false
	}
	if len(words) == 1 {
		x.addParameter(c, pos)
		return Ordering{Column: c}, true
	}
	return Ordering{Column: c, Descending: words[1] == "desc"}, true
}

// addParameter reports a parameter behind columns that order, where an index cannot use it.
func (x *indexDraft) addParameter(c *Column, pos Position) {
	if len(x.params) < len(x.declared) {
		x.d.errorf(pos, indexParameters, "index column %s is a parameter and stands behind a column that orders", c.Name).
			help(`put it first, or write "%s asc"`, c.Name)
	}
	x.params = append(x.params, c)
}

func (d *projectionDraft) columnNamed(name string) *Column {
	i := slices.IndexFunc(d.Columns, func(c *Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return d.Columns[i]
}

func (d *projectionDraft) unknownColumn(pos Position, name string) {
	p := d.errorf(pos, indexColumn, "index column %q is not a column", name)
	var names []string
	for _, c := range d.Columns {
		names = append(names, c.Name)
		if string(c.Field.Name()) == name {
			p.help("the column of that field is called %q", c.Name)
			return
		}
	}
	p.didYouMean(name, names)
}

func (x *indexDraft) resolveName() {
	names := make([]string, len(x.declared))
	for i, o := range x.declared {
		names[i] = o.Column.Name
	}
	x.Name = x.d.Table + "_" + cmp.Or(x.options.GetName(), strings.Join(names, "_"))
	if problem := sqlNameProblem(x.Name, maxName); problem != "" {
		x.d.errorf(x.pos("name"), indexName, "index name %q %s", x.Name, problem).help("give the index a short name; the table's is put before it")
	}
}

func (x *indexDraft) checkParameters() {
	if len(x.params) == 0 && x.options.GetName() == "" {
		x.d.errorf(x.pos("columns"), indexParameters, "an index whose columns only order gives a method ListBy… without a name").
			help(`name it: index: { name: "newest", columns: ["placed_at desc"] }`)
	}
}

// isRedundant reports an index that finds rows just as the primary key or an earlier index does.
func (x *indexDraft) isRedundant() bool {
	if len(x.params) == len(x.declared) && isPrefix(x.params, x.d.Key) {
		x.d.errorf(x.pos("columns"), indexRedundant, "an index on %s repeats the start of the key", columnList(x.params)).
			help("remove it: the reader lists by it anyway")
		return true
	}
	for _, other := range x.d.drafts {
		if slices.Equal(other.declared, x.declared) && len(other.params) == len(x.params) {
			x.d.errorf(x.pos("columns"), indexRedundant, "two indexes on %s", columnList(orderedColumns(x.declared))).
				related(other.pos("columns"), "the first is here").
				help("remove one")
			return true
		}
	}
	return false
}

func isPrefix(some, all []*Column) bool {
	return len(some) <= len(all) && slices.Equal(some, all[:len(some)])
}

func columnList(columns []*Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

func orderedColumns(order []Ordering) []*Column {
	columns := make([]*Column, len(order))
	for i, o := range order {
		columns[i] = o.Column
	}
	return columns
}

// withKey appends the key columns that an order lacks.
func withKey(order []Ordering, key []*Column) []Ordering {
	whole := slices.Clone(order)
	for _, c := range key {
		if !slices.ContainsFunc(order, func(o Ordering) bool { return o.Column == c }) {
			whole = append(whole, Ordering{Column: c})
		}
	}
	return whole
}

// addOwnerIndex adds an index by which the writer of a for_each finds the rows of an event, unless there is one.
func (d *projectionDraft) addOwnerIndex() {
	if d.Source == nil || len(d.Source.ForEach) == 0 || len(d.Source.Owner) == 0 {
		return
	}
	if startsWithAll(d.Key, d.Source.Owner) {
		return
	}
	for _, x := range d.Indexes {
		if startsWithAll(orderedColumns(x.Columns), d.Source.Owner) {
			return
		}
	}
	var owner []Ordering
	for _, c := range d.Source.Owner {
		owner = append(owner, Ordering{Column: c})
	}
	d.Indexes = append(d.Indexes, &Index{Name: d.Table + "_p_owner", Pos: d.pos("source[0].for_each"), Columns: withKey(owner, d.Key), Auto: true})
}

// startsWithAll says whether the first columns are these, in any order: all of them are compared for equality.
func startsWithAll(columns, these []*Column) bool {
	if len(columns) < len(these) {
		return false
	}
	start := columns[:len(these)]
	return !slices.ContainsFunc(these, func(c *Column) bool { return !slices.Contains(start, c) })
}

// resolveQueries gives the reader its methods, and reports two of one name.
func (d *projectionDraft) resolveQueries() {
	methods := map[string]Position{}
	for n := 1; n < len(d.Key); n++ {
		d.addQuery(methods, &Query{Params: d.Key[:n], Order: withKey(nil, d.Key)}, d.keyPos(d.Key[n-1]))
	}
	for _, x := range d.drafts {
		order := withKey(x.declared[len(x.params):], d.Key)
		d.addQuery(methods, &Query{Name: x.options.GetName(), Params: x.params, Order: order}, x.pos("columns"))
	}
}

func (d *projectionDraft) addQuery(methods map[string]Position, q *Query, pos Position) {
	d.Queries = append(d.Queries, q)
	name := methodName(q)
	folded := strings.ToLower(name)
	if first, ok := methods[folded]; ok {
		d.errorf(pos, queryTwice, "two methods of the reader are called ListBy%s", name).
			related(first, "the first is here").
			help("give the index a name")
		return
	}
	methods[folded] = pos
}

// methodName guesses the Go name behind ListBy; it is compared without case, so that names are not too much alike.
func methodName(q *Query) string {
	if q.Name != "" {
		return camelCase(q.Name)
	}
	var b strings.Builder
	for _, c := range q.Params {
		b.WriteString(camelCase(string(c.Field.Name())))
	}
	return b.String()
}

func camelCase(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}
