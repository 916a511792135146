package project_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func TestWrongTableIsAnErrorOfItsFirstUse(t *testing.T) {
	t.Parallel()
	source := project.Single(project.SingleSpec[string, *projecttest.Zone]{
		Event:  Zone,
		Key:    func(name string) []any { return []any{name} },
		Values: func(*projecttest.Zone) []any { return nil },
	})
	key := project.Column{Name: "sku", Type: sqldb.Text, Key: true}
	clearing := project.Each(project.EachSpec[string, *projecttest.Site, string]{Event: Site, OnDelete: project.ClearColumns})
	for want, spec := range map[string]project.Spec{
		"has no source":              {Columns: []project.Column{key}},
		"has no key column":          {Source: source},
		"StockRow has no field size": {Source: source, Columns: []project.Column{key, {Name: "size", Type: sqldb.Int64}}},
		"available of evgen.projecttest.v1.StockRow is no text": {Source: source, Columns: []project.Column{key, {Name: "available"}}},
		"has no owner column": {Source: clearing, Columns: []project.Column{key}},
		"cannot be cleared":   {Source: clearing, Columns: []project.Column{{Name: "sku", Key: true, Owner: true}}},
		"owner column warehouse is not part of the key": {Source: project.Each(project.EachSpec[string, *projecttest.Site, string]{Event: Site}),
			Columns: []project.Column{key, {Name: "warehouse", Owner: true}}},
	} {
		spec.Table.Name = "broken"
		db, table := sqliteWith(t), project.NewTable[*projecttest.StockRow](spec)
		_, err := tryApply(t.Context(), db, project.NewApply(table), []*event.Record{{}})
		if err == nil || !strings.HasPrefix(err.Error(), "projection broken: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("write: %v, want %q", err, want)
		}
		if _, err := project.NewReader(db, table).Get(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("read: %v, want %q", err, want)
		}
	}
}

func TestWrongQueryIsRefused(t *testing.T) {
	t.Parallel()
	db := sqliteWith(t, StockTable)
	read := project.NewReader(db, stock)
	for want, q := range map[string]*project.Query{
		"no column colour":                     {Params: []string{"colour"}},
		"no column size":                       {Order: []string{"size desc"}},
		"the order lacks key column warehouse": {Order: []string{"sku"}},
	} {
		_, err := read.List(t.Context(), q, project.Page{}, make([]any, len(q.Params))...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
	if _, err := read.List(t.Context(), &stockBySku, project.Page{}); err == nil || !strings.Contains(err.Error(), "got 0 values for 1 columns") {
		t.Errorf("list without its parameter: %v", err)
	}
}

func TestRecordThatIsNoEventIsADecodeError(t *testing.T) {
	t.Parallel()
	db := sqliteWith(t, StockTable)
	log, write := newTopic(t, StockLevel), project.NewApply(stock)
	garbage, noRevision := log.put(level("a", 1, 10)), log.delete(StockLevelKey{"a", "north"}, 1)
	garbage.Value = []byte{0x0f}
	noRevision.Headers = nil
	for _, r := range []*event.Record{garbage, noRevision} {
		_, err := tryApply(t.Context(), db, write, []*event.Record{log.put(level("b", 1, 1)), r})
		var decode *event.DecodeError
		if !errors.As(err, &decode) || decode.Record != r.Position {
			t.Errorf("error %v does not point at %s", err, r.Position)
		}
	}
	wantStock(t, db)
}
