package project_test

import (
	"database/sql"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

var sampleSpec = tableSpec{
	name: "samples",
	columns: []project.Column{
		{Name: "id", Type: sqldb.Text, Key: true},
		{Name: "text", Type: sqldb.Text},
		{Name: "blob", Type: sqldb.Bytes},
		{Name: "flag", Type: sqldb.Bool},
		{Name: "int32", Type: sqldb.Int32},
		{Name: "int64", Type: sqldb.Int64},
		{Name: "uint32", Type: sqldb.Int64},
		{Name: "uint64", Type: sqldb.Uint64},
		{Name: "float", Type: sqldb.Float},
		{Name: "double", Type: sqldb.Double},
		{Name: "at", Type: sqldb.Timestamp},
		{Name: "took", Type: sqldb.Duration},
		{Name: "state", Type: sqldb.Int32},
		{Name: "maybe_text", Type: sqldb.Text},
		{Name: "maybe_blob", Type: sqldb.Bytes},
		{Name: "maybe_int", Type: sqldb.Int64},
		{Name: "document", Type: sqldb.Text, SQLType: "jsonb"},
		{Name: "revision", Type: sqldb.Int64, Revision: true},
	},
}

var (
	sampleTable = sampleSpec.table()
	samples     = project.NewTable[*projecttest.SampleRow](project.Spec{
		Table: sampleTable, Columns: sampleSpec.columns,
		Source: project.Single(project.SingleSpec[string, *projecttest.Sample]{
			Event: Clocked,
			Key:   func(id string) []any { return []any{id} },
			Values: func(m *projecttest.Sample) []any {
				return []any{
					m.GetText(), m.GetBlob(), m.GetFlag(), m.GetInt32(), m.GetInt64(), m.GetUint32(), m.GetUint64(), m.GetFloat(), m.GetDouble(),
					m.GetAt(), m.GetTook(), m.GetState(), m.MaybeText, m.MaybeBlob, m.MaybeInt, m.GetDocument(),
				}
			},
		}),
	})
	samplesByID = project.Query{Order: []string{"id"}}
)

// row is what a sample should become.
func row(m *projecttest.Sample) *projecttest.SampleRow {
	return projecttest.SampleRow_builder{
		Id: m.GetId(), Text: m.GetText(), Blob: m.GetBlob(), Flag: m.GetFlag(), Int32: m.GetInt32(), Int64: m.GetInt64(),
		Uint32: m.GetUint32(), Uint64: m.GetUint64(), Float: m.GetFloat(), Double: m.GetDouble(), At: m.GetAt(), Took: m.GetTook(),
		State: m.GetState(), MaybeText: m.MaybeText, MaybeBlob: m.MaybeBlob, MaybeInt: m.MaybeInt,
		Document: m.GetDocument(), Revision: m.GetChangedAt().AsTime().UnixMicro(),
	}.Build()
}

func at(micros int64) *timestamppb.Timestamp { return timestamppb.New(time.UnixMicro(micros)) }

func TestEveryKindOfValueComesBackAsItWas(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Clocked), project.NewApply(samples)
		all := []*projecttest.Sample{
			{Id: "a-empty", ChangedAt: at(1), Document: "{}", MaybeText: proto.String(""), MaybeBlob: []byte{}, MaybeInt: proto.Int64(0)},
			{
				Id: "b-greatest", ChangedAt: at(math.MaxInt64 / 2000), Text: "Grüße, \"世界\" \\ {NULL} 'x' 🎉\n\t", Blob: []byte{0, 255, '\\', '"', '{'},
				Flag: true, Int32: math.MaxInt32, Int64: math.MaxInt64, Uint32: math.MaxUint32, Uint64: math.MaxUint64,
				Float: math.MaxFloat32, Double: math.MaxFloat64, At: timestamppb.New(time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)),
				Took: durationpb.New(100*365*24*time.Hour + 7*time.Microsecond), State: projecttest.Site_DISABLED,
				MaybeText: proto.String("NULL"), MaybeBlob: []byte("x"), MaybeInt: proto.Int64(math.MaxInt64), Document: `{"a": [1, "\"", null]}`,
			},
			{
				Id: "c-least", ChangedAt: at(3), Int32: math.MinInt32, Int64: math.MinInt64, Float: float32(math.Inf(-1)), Double: math.SmallestNonzeroFloat64,
				At: timestamppb.New(time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC)), Took: durationpb.New(-1500 * time.Microsecond),
				State: -5, Document: "[]", MaybeInt: proto.Int64(math.MinInt64),
			},
			{Id: "d-odd", ChangedAt: at(4), Text: " ", Float: 0.1, Double: 0.1, At: at(-1), Took: durationpb.New(0), Document: `"x"`, Uint64: 1 << 63},
		}
		records := make([]*event.Record, len(all))
		want := make([]*projecttest.SampleRow, len(all))
		for i, m := range all {
			records[i], want[i] = log.put(m), row(m)
		}
		apply(t, db, write, records...)
		read := project.NewReader(db, samples)
		wantRows(t, read, &samplesByID, nil, want...)
	}, sampleTable)
}

func TestTimesAreCutToMicroseconds(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Clocked), project.NewApply(samples)
		m := &projecttest.Sample{Id: "x", ChangedAt: at(1), Document: "1", At: &timestamppb.Timestamp{Seconds: -1, Nanos: 1999}, Took: durationpb.New(1999)}
		apply(t, db, write, log.put(m))
		m.At, m.Took = &timestamppb.Timestamp{Seconds: -1, Nanos: 1000}, durationpb.New(1000)
		wantRows(t, project.NewReader(db, samples), &samplesByID, nil, row(m))
	}, sampleTable)
}

// A NaN is one in PostgreSQL, and NULL, which reads as 0, in SQLite.
func TestNaNIsKeptByPostgresOnly(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Clocked), project.NewApply(samples)
		apply(t, db, write, log.put(&projecttest.Sample{Id: "x", ChangedAt: at(1), Document: "1", Double: math.NaN()}))
		got, err := project.NewReader(db, samples).Get(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		d, err := sqldb.DialectOf(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if d.Name() == "postgres" != math.IsNaN(got.GetDouble()) {
			t.Errorf("%s reads a NaN as %v", d.Name(), got.GetDouble())
		}
	}, sampleTable)
}

func TestRecordThatTheDatabaseCannotHoldIsPermanentlyRefused(t *testing.T) {
	t.Parallel()
	db := postgresWith(t, sampleTable)
	log, write := newTopic(t, Clocked), project.NewApply(samples)
	for name, m := range map[string]*projecttest.Sample{
		"NUL":           {Text: "a\x00b", Document: "1"},
		"document":      {Document: "{no json"},
		"far year":      {At: &timestamppb.Timestamp{Seconds: 1 << 40}, Document: "1"},
		"NUL in a key":  {Id: "x\x00", Document: "1"},
		"NUL in a JSON": {Document: `"\u0000"`},
		"long key":      {Id: longText(20_000), Document: "1"},
	} {
		m.ChangedAt = at(1)
		if m.Id == "" {
			m.Id = "x"
		}
		_, err := tryApply(t.Context(), db, write, []*event.Record{log.put(m)})
		if sqldb.Classify(err) != sqldb.Permanent {
			t.Errorf("%s: error %v is %s, want permanent", name, err, sqldb.Classify(err))
		}
	}
	_, err := tryApply(t.Context(), db, write, []*event.Record{log.put(&projecttest.Sample{Id: "x", ChangedAt: at(1), Text: "\x00", Document: "1"})})
	if err == nil || !strings.Contains(err.Error(), "projection samples: column text: ") {
		t.Errorf("error %v does not name projection and column", err)
	}
}

// longText does not compress: an index entry takes 2,704 bytes.
func longText(n int) string {
	random := rand.NewChaCha8([32]byte{})
	b := make([]byte, n/2)
	_, _ = random.Read(b)
	return hex.EncodeToString(b)
}
