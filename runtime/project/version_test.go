package project_test

import (
	"database/sql"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Zone has no revision: the place in the log tells what is newer.
var Zone = event.New(event.Spec[string, *projecttest.Zone]{
	Name:  "evgen.projecttest.v1.Zone",
	Kind:  event.Document,
	Topic: event.Topic{Name: "zones"},
	Key:   event.TextKey((*projecttest.Zone).GetName),
})

var zoneSpec = tableSpec{name: "zones", columns: []project.Column{
	{Name: "zone", Field: "id", Type: sqldb.Text, Key: true},
	{Name: "offset_minutes", Field: "int32", Type: sqldb.Int32},
}}

var (
	zoneTable = zoneSpec.table()
	zones     = project.NewTable[*projecttest.SampleRow](project.Spec{
		Table: zoneTable, Columns: zoneSpec.columns,
		Source: project.Single(project.SingleSpec[string, *projecttest.Zone]{
			Event:  Zone,
			Key:    func(name string) []any { return []any{name} },
			Values: func(m *projecttest.Zone) []any { return []any{m.GetOffset()} },
		}),
	})
	zonesByName = project.Query{Order: []string{"zone"}}
)

func zoneRow(name string, offset int32) *projecttest.SampleRow {
	return projecttest.SampleRow_builder{Id: name, Int32: offset}.Build()
}

func TestWithoutARevisionTheLaterRecordWins(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write, read := newTopic(t, Zone), project.NewApply(zones), project.NewReader(db, zones)
		first, second := log.put(&projecttest.Zone{Name: "x", Offset: 60}), log.put(&projecttest.Zone{Name: "x", Offset: 120})
		gone, other := log.delete("x", 0), log.put(&projecttest.Zone{Name: "y", Offset: 1})
		wantOutcomes(t, apply(t, db, write, first, second), event.Stale, event.Applied)
		wantOutcomes(t, apply(t, db, write, first, second), event.Stale, event.Duplicate)
		wantRows(t, read, &zonesByName, nil, zoneRow("x", 120))
		wantOutcomes(t, apply(t, db, write, gone, other), event.Applied, event.Applied)
		wantOutcomes(t, apply(t, db, write, second), event.Stale)
		wantRows(t, read, &zonesByName, nil, zoneRow("y", 1))
	}, zoneTable)
}

// Clocked has revisions in time, which may be equal.
var Clocked = event.New(event.Spec[string, *projecttest.Sample]{
	Name:     "evgen.projecttest.v1.Sample",
	Kind:     event.Document,
	Topic:    event.Topic{Name: "clocked"},
	Key:      event.TextKey((*projecttest.Sample).GetId),
	Revision: event.Timestamp((*projecttest.Sample).GetChangedAt),
})

var clocked = project.NewTable[*projecttest.SampleRow](project.Spec{
	Table: zoneTable, Columns: zoneSpec.columns,
	Source: project.Single(project.SingleSpec[string, *projecttest.Sample]{
		Event:  Clocked,
		Key:    func(id string) []any { return []any{id} },
		Values: func(m *projecttest.Sample) []any { return []any{m.GetInt32()} },
	}),
})

func TestOfEqualTimesTheLaterRecordWins(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write, read := newTopic(t, Clocked), project.NewApply(clocked), project.NewReader(db, clocked)
		sample := func(at int64, n int32) *event.Record {
			return log.put(&projecttest.Sample{Id: "x", ChangedAt: timestamppb.New(time.UnixMicro(at)), Int32: n})
		}
		first, second, older := sample(5, 1), sample(5, 2), sample(4, 3)
		wantOutcomes(t, apply(t, db, write, second), event.Applied)
		wantOutcomes(t, apply(t, db, write, first, second, older), event.Stale, event.Duplicate, event.Stale)
		wantRows(t, read, &zonesByName, nil, zoneRow("x", 2))
	}, zoneTable)
}

func TestRevisionInTimeFillsATimestamp(t *testing.T) {
	t.Parallel()
	spec := tableSpec{name: "changes", columns: []project.Column{
		{Name: "id", Type: sqldb.Text, Key: true},
		{Name: "at", Type: sqldb.Timestamp, Revision: true},
		{Name: "uint64", Type: sqldb.Uint64, Revision: true},
	}}
	table := project.NewTable[*projecttest.SampleRow](project.Spec{
		Table: spec.table(), Columns: spec.columns,
		Source: project.Single(project.SingleSpec[string, *projecttest.Sample]{
			Event:  Clocked,
			Key:    func(id string) []any { return []any{id} },
			Values: func(*projecttest.Sample) []any { return nil },
		}),
	})
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, read := newTopic(t, Clocked), project.NewReader(db, table)
		apply(t, db, project.NewApply(table), log.put(&projecttest.Sample{Id: "x", ChangedAt: at(7)}))
		wantRows(t, read, &samplesByID, nil, projecttest.SampleRow_builder{Id: "x", At: at(7), Uint64: 7}.Build())
	}, spec.table())
}
