package project

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Query is one list that a reader offers: generated code has one per prefix of the key and per index.
type Query struct {
	Params []string // columns that equal the parameters, e.g., warehouse
	Order  []string // columns, " desc" behind those that descend, e.g., available desc; together with Params it holds the whole key
}

// plan is a query whose columns are found.
type plan struct {
	layout *layout
	params []int
	order  []ordering // without parameters, which are constant
	tail   int        // from here on one comparison of rows says what comes after: no NULL, one direction
}

type ordering struct {
	column     int
	descending bool
}

func newPlan(l *layout, q *Query) (*plan, error) {
	p := &plan{layout: l}
	for _, name := range q.Params {
		column, ok := l.named(name)
		if !ok {
			return nil, unknownColumn(l, name)
		}
		p.params = append(p.params, column)
	}
	for _, text := range q.Order {
		name, descending := strings.CutSuffix(text, " desc")
		column, ok := l.named(name)
		if !ok {
			return nil, unknownColumn(l, name)
		}
		if !slices.Contains(p.params, column) {
			p.order = append(p.order, ordering{column, descending})
		}
	}
	p.tail = p.findTail()
	if err := p.checkUnique(); err != nil {
		return nil, err
	}
	return p, nil
}

func unknownColumn(l *layout, name string) error {
	return fmt.Errorf("list projection %s: it has no column %s: generate the code anew", l.name, name)
}

// checkUnique refuses an order in which two rows can be equal: a page could end between them.
func (p *plan) checkUnique() error {
	for _, k := range p.layout.keys {
		ordered := slices.ContainsFunc(p.order, func(o ordering) bool { return o.column == k })
		if !ordered && !slices.Contains(p.params, k) {
			return fmt.Errorf("list projection %s: the order lacks key column %s: generate the code anew", p.layout.name, p.layout.columns[k].Name)
		}
	}
	return nil
}

func (p *plan) findTail() int {
	tail := len(p.order)
	for tail > 0 {
		o := p.order[tail-1]
		if p.layout.nullable(o.column) || o.descending != p.order[len(p.order)-1].descending {
			break
		}
		tail--
	}
	return tail
}

// identity tells the list from all others.
func (p *plan) identity(params []any) []any {
	id := []any{p.layout.name}
	for i, column := range p.params {
		id = append(id, p.layout.columns[column].Name, params[i])
	}
	for _, o := range p.order {
		id = append(id, p.layout.columns[o.column].Name, o.descending)
	}
	return id
}

// after binds the values of a cursor; nil values are NULL.
func (p *plan) bindOrder(d sqldb.Dialect, values []any) ([]any, error) {
	args := make([]any, len(values))
	for i, v := range values {
		arg, err := d.Bind(p.layout.columns[p.order[i].column].Type, v)
		if err != nil || arg == nil && !p.layout.nullable(p.order[i].column) {
			return nil, ErrCursor
		}
		args[i] = arg
	}
	return args, nil
}

// list is a query ready to run in one dialect.
type list struct {
	*plan
	start statement
	next  statement // after a row without NULL, the usual case
}

func newList(d sqldb.Dialect, l *layout, q *Query) (*list, error) {
	p, err := newPlan(l, q)
	if err != nil {
		return nil, err
	}
	return &list{p, p.first(d), p.statementAfter(d, make([]bool, len(p.order)))}, nil
}

// page returns the statement for the page after a cursor, and the parameters with the cursor's values behind them.
func (l *list) page(d sqldb.Dialect, params []any, after Cursor, identity []any) (statement, []any, error) {
	if after == "" {
		return l.start, append(params, make([]any, len(l.order))...), nil
	}
	values, err := after.open(identity, len(l.order))
	if err != nil {
		return statement{}, nil, err
	}
	args, err := l.bindOrder(d, values)
	if err != nil {
		return statement{}, nil, err
	}
	null := make([]bool, len(args))
	for i, v := range args {
		null[i] = v == nil
	}
	if slices.Contains(null, true) {
		return l.statementAfter(d, null), append(params, args...), nil
	}
	return l.next, append(params, args...), nil
}

// pick returns the arguments of a statement.
func (s statement) pick(args []any, limit int) []any {
	return pick(append(args, limit), s.args)
}

// orderOf returns a row's values in the columns of the order.
func (l *list) orderOf(row []any) []any {
	values := make([]any, len(l.order))
	for i, o := range l.order {
		values[i] = row[o.column]
	}
	return values
}
