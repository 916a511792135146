package project_test

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
)

// lists order by keys and by columns with NULL, in one direction and in both.
var lists = []project.Query{
	{Order: []string{"order", "user"}},
	{Order: []string{"user desc", "order desc"}},
	{Order: []string{"order", "user desc"}},
	{Order: []string{"group", "order", "user"}},
	{Order: []string{"group desc", "order desc", "user"}},
	{Order: []string{"group desc", "select", "order", "user"}},
	{Order: []string{"select desc", "group", "user", "order desc"}},
	{Params: []string{"user"}, Order: []string{"group desc", "select desc", "order"}},
	{Params: []string{"user", "select"}, Order: []string{"order desc"}},
	{Params: []string{"order", "user"}},
}

func nameOf(q project.Query) string {
	return fmt.Sprintf("by %s order %s", strings.Join(q.Params, ","), strings.Join(q.Order, ","))
}

// wanted returns the rows that q lists, in order, by plain Go.
func wanted(rows []*projecttest.AwkwardRow, q project.Query, params []any) []*projecttest.AwkwardRow {
	kept := slices.DeleteFunc(slices.Clone(rows), func(r *projecttest.AwkwardRow) bool {
		for i, p := range q.Params {
			if compareColumn(r, valueRow(p, params[i]), p) != 0 {
				return true
			}
		}
		return false
	})
	slices.SortFunc(kept, func(a, b *projecttest.AwkwardRow) int { return compareRows(a, b, q.Order) })
	return kept
}

func valueRow(column string, v any) *projecttest.AwkwardRow {
	switch column {
	case "user":
		return projecttest.AwkwardRow_builder{User: v.(string)}.Build()
	case "order":
		return projecttest.AwkwardRow_builder{Order: v.(string)}.Build()
	default:
		return projecttest.AwkwardRow_builder{Select: v.(int64)}.Build()
	}
}

func compareRows(a, b *projecttest.AwkwardRow, order []string) int {
	for _, text := range order {
		column, descending := strings.CutSuffix(text, " desc")
		c := compareColumn(a, b, column)
		if descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func compareColumn(a, b *projecttest.AwkwardRow, column string) int {
	switch column {
	case "order":
		return cmp.Compare(a.GetOrder(), b.GetOrder())
	case "user":
		return cmp.Compare(a.GetUser(), b.GetUser())
	case "select":
		return cmp.Compare(a.GetSelect(), b.GetSelect())
	}
	switch {
	case !a.HasGroup() || !b.HasGroup():
		return compareBool(a.HasGroup(), b.HasGroup())
	default:
		return cmp.Compare(a.GetGroup(), b.GetGroup())
	}
}

// compareBool puts false, here no value, first.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// levels returns stock of n random keys; "B" sorts before "a" bytewise.
func levels(random *rand.Rand, log *topic[StockLevelKey, *projecttest.StockLevel], n int) (records []*event.Record) {
	for range n {
		m := &projecttest.StockLevel{
			Sku:       string("aBc"[random.IntN(3)]) + fmt.Sprint(random.IntN(30)),
			Warehouse: []string{"x", "Y", ""}[random.IntN(3)],
			Version:   1, Available: random.Int64N(8),
		}
		records = append(records, log.put(m))
	}
	return records
}

func TestPagesMakeUpTheWholeListInOrder(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		random := rand.New(rand.NewPCG(rand.Uint64(), 0))
		log, write, read := newTopic(t, StockLevel), project.NewApply(awkward), project.NewReader(db, awkward)
		apply(t, db, write, levels(random, log, 150)...)
		rows := all(t, read, &lists[0], 1000)
		for i := range lists {
			q := &lists[i]
			params := []any{"x", int64(3)}[:len(q.Params)]
			if len(q.Params) == 2 && q.Params[0] == "order" {
				params = []any{rows[0].GetOrder(), rows[0].GetUser()}
			}
			want := wanted(rows, *q, params)
			for _, size := range []int{1, 2, 7, 500} {
				got := all(t, read, q, size, params...)
				if diff := gocmp.Diff(want, got, protocmp.Transform()); diff != "" {
					t.Errorf("%s in pages of %d (-want +got):\n%s", nameOf(*q), size, diff)
				}
			}
		}
	}, awkwardTable)
}

func TestRowsThatComeAndGoNeitherRepeatNorHideOthers(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		random := rand.New(rand.NewPCG(rand.Uint64(), 0))
		for i := range lists[:8] {
			q := &lists[i]
			params := []any{"x"}[:len(q.Params)]
			log, write, read := newTopic(t, StockLevel), project.NewApply(awkward), project.NewReader(db, awkward)
			apply(t, db, write, levels(random, log, 40)...)
			stable := wanted(all(t, read, &lists[0], 1000), *q, params)
			var got []*projecttest.AwkwardRow
			for page := (project.Page{Size: 3}); ; {
				p, err := read.List(t.Context(), q, page, params...)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, p.Rows...)
				if page.After = p.Next; p.Next == "" {
					break
				}
				last := p.Rows[len(p.Rows)-1]
				gone := StockLevelKey{last.GetOrder(), last.GetUser()}
				stable = slices.DeleteFunc(stable, func(r *projecttest.AwkwardRow) bool {
					return r.GetOrder() == last.GetOrder() && r.GetUser() == last.GetUser()
				})
				apply(t, db, write, append(levels(random, log, 5), log.delete(gone, 2))...)
			}
			wantOnce(t, *q, stable, got)
		}
	}, awkwardTable)
}

// wantOnce wants each stable row exactly once, and in order; rows that came or went in between may or may not be there.
func wantOnce(t *testing.T, q project.Query, stable, got []*projecttest.AwkwardRow) {
	t.Helper()
	if !slices.IsSortedFunc(got, func(a, b *projecttest.AwkwardRow) int { return compareRows(a, b, q.Order) }) {
		t.Errorf("%s: pages are out of order: %v", nameOf(q), got)
	}
	for _, want := range stable {
		n := 0
		for _, r := range got {
			if r.GetOrder() == want.GetOrder() && r.GetUser() == want.GetUser() {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: row %v was met %d times", nameOf(q), want, n)
		}
	}
}

func TestPageSizeIsBounded(t *testing.T) {
	t.Parallel()
	db := sqliteWith(t, StockTable)
	log, write, read := newTopic(t, StockLevel), project.NewApply(stock), NewStockReader(db)
	var records []*event.Record
	for i := range 1100 {
		records = append(records, log.put(level(fmt.Sprint(i), 1, 1)))
	}
	apply(t, db, write, records...)
	for size, want := range map[int]int{0: 100, -1: 100, 3: 3, 1000: 1000, 5000: 1000} {
		p, err := read.ListByWarehouse(t.Context(), "north", project.Page{Size: size})
		if err != nil || len(p.Rows) != want || p.Next == "" {
			t.Errorf("page of size %d has %d rows (error: %v), want %d and a next page", size, len(p.Rows), err, want)
		}
	}
}

func TestCursorOfAnotherListIsRefused(t *testing.T) {
	t.Parallel()
	db := sqliteWith(t, StockTable)
	log, write, read := newTopic(t, StockLevel), project.NewApply(stock), NewStockReader(db)
	apply(t, db, write, log.put(level("a", 1, 1)), log.put(level("b", 1, 1)))
	page, err := read.ListByWarehouse(t.Context(), "north", project.Page{Size: 1})
	if err != nil || page.Next == "" {
		t.Fatalf("first page: %v, next %q", err, page.Next)
	}
	if _, err := read.ListByWarehouse(t.Context(), "south", project.Page{After: page.Next}); !errors.Is(err, project.ErrCursor) {
		t.Errorf("cursor with another parameter: %v, want ErrCursor", err)
	}
	if _, err := read.ListBySku(t.Context(), "north", project.Page{After: page.Next}); !errors.Is(err, project.ErrCursor) {
		t.Errorf("cursor of another list: %v, want ErrCursor", err)
	}
	for _, garbage := range []project.Cursor{"x", "!", "AAAAAAAAAAAA", page.Next + "A", page.Next[:len(page.Next)-1]} {
		if _, err := read.ListByWarehouse(t.Context(), "north", project.Page{After: garbage}); !errors.Is(err, project.ErrCursor) {
			t.Errorf("cursor %q: %v, want ErrCursor", garbage, err)
		}
	}
	if _, err := read.ListByWarehouse(t.Context(), "north", project.Page{After: page.Next}); err != nil {
		t.Errorf("cursor of this list: %v", err)
	}
}

func TestMissingRowIsNotFound(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write, read := newTopic(t, StockLevel), project.NewApply(stock), NewStockReader(db)
		apply(t, db, write, log.put(level("a", 1, 1)), log.put(level("b", 1, 0)))
		if _, err := read.Get(t.Context(), "a", "north"); err != nil {
			t.Errorf("get a: %v", err)
		}
		_, err := read.Get(t.Context(), "b", "north")
		if !errors.Is(err, project.ErrNotFound) {
			t.Errorf("get deleted b: %v, want ErrNotFound", err)
		}
		if want := `get row "b" "north" of projection stock: no row with this key`; fmt.Sprint(err) != want {
			t.Errorf("error is %q, want %q", err, want)
		}
	}, StockTable)
}
