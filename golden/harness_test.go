package golden_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// newHarness returns a broker and a database that has tables.
func newHarness(t *testing.T, tables ...sqldb.Table) *eventtest.Harness {
	t.Helper()
	h := eventtest.New(t)
	if err := sqldb.Migrate(t.Context(), h.DB(), tables...); err != nil {
		t.Fatal(err)
	}
	return h
}

// all reads a list page by page, two rows each.
func all[R proto.Message](t *testing.T, list func(project.Page) (project.Rows[R], error)) []R {
	t.Helper()
	var rows []R
	page := project.Page{Size: 2}
	for {
		p, err := list(page)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, p.Rows...)
		if p.Next == "" {
			return rows
		}
		page.After = p.Next
	}
}
