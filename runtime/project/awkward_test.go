package project_test

import (
	"database/sql"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

var awkwardSpec = tableSpec{
	name: "order",
	columns: []project.Column{
		{Name: "order", Type: sqldb.Text, Key: true},
		{Name: "user", Type: sqldb.Text, Key: true},
		{Name: "select", Type: sqldb.Int64},
		{Name: "group", Type: sqldb.Int64},
		{Name: `";drop table "order_p"; --`, Field: "quoted", Type: sqldb.Text},
	},
	indexes: []index{{name: "group select", columns: []string{"group desc", "select"}}},
}

var (
	awkwardTable = awkwardSpec.table()
	awkward      = project.NewTable[*projecttest.AwkwardRow](project.Spec{
		Table: awkwardTable, Columns: awkwardSpec.columns,
		Source: project.Single(project.SingleSpec[StockLevelKey, *projecttest.StockLevel]{
			Event: StockLevel,
			Key:   func(key StockLevelKey) []any { return []any{key.Sku, key.Warehouse} },
			Values: func(m *projecttest.StockLevel) []any {
				return []any{m.GetAvailable(), groupOf(m), "'" + m.GetSku() + "\""}
			},
		}),
	})
	awkwardByUser  = project.Query{Params: []string{"user"}, Order: []string{"order"}}
	awkwardByGroup = project.Query{Order: []string{"group desc", "select", "order", "user"}}
)

// groupOf leaves every third group unset.
func groupOf(m *projecttest.StockLevel) *int64 {
	if m.GetAvailable()%3 == 0 {
		return nil
	}
	return proto.Int64(m.GetAvailable() % 4)
}

func TestKeywordsAndQuotesAreOrdinaryNames(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write, read := newTopic(t, StockLevel), project.NewApply(awkward), project.NewReader(db, awkward)
		var want []*projecttest.AwkwardRow
		for _, sku := range []string{"a", "b'", "c\"", "d/%"} {
			apply(t, db, write, log.put(level(sku, 1, 10)))
			wantOutcomes(t, apply(t, db, write, log.put(level(sku, 1, 10))), event.Duplicate)
			want = append(want, projecttest.AwkwardRow_builder{Order: sku, User: "north", Select: 10, Group: proto.Int64(2), Quoted: proto.String("'" + sku + "\"")}.Build())
		}
		wantRows(t, read, &awkwardByUser, []any{"north"}, want...)
		wantRows(t, read, &awkwardByGroup, nil, want...)
	}, awkwardTable)
}
