package golden_test

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/evgen-dev/evgen/golden/legacy/legacyv1"
	"github.com/evgen-dev/evgen/golden/legacy/legacyv1/legacyv1ev"
	"github.com/evgen-dev/evgen/golden/levels/hybridv1"
	"github.com/evgen-dev/evgen/golden/levels/hybridv1/hybridv1ev"
	"github.com/evgen-dev/evgen/golden/levels/opaquev1"
	"github.com/evgen-dev/evgen/golden/levels/opaquev1/opaquev1ev"
	"github.com/evgen-dev/evgen/golden/levels/openv1"
	"github.com/evgen-dev/evgen/golden/levels/openv1/openv1ev"
	relativev1 "github.com/evgen-dev/evgen/golden/relative/acme/relative/v1"
	"github.com/evgen-dev/evgen/golden/relative/acme/relative/v1/relativev1events"
	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// level is one form of the same Go messages.
type level[K any, M, R proto.Message] struct {
	event          *event.Event[K, M]
	readings       sqldb.Table
	parts          sqldb.Table
	writeReadings  func(*sql.DB) consume.Route
	writeParts     func(*sql.DB) consume.Route
	get            func(db *sql.DB) (R, error)
	reading, other M
	row            R
}

const (
	readingText = `meter: "m" channel: 4 revision: 1 value: 0 note: "" unit: KELVIN whole { name: "w" } person: ""
		named { key: "a" value { name: "A" value: 0 } } named { key: "b" value { name: "B" } } taken_at { seconds: 7 }`
	otherText = `meter: "n" channel: 4 revision: 1 value: 1 unit: LITRE`
	rowText   = `meter: "m" channel: 4 value: 0 note: "" unit: KELVIN whole: "w" taken_at { seconds: 7 }`
)

func parse[M proto.Message](t *testing.T, text string, m M) M {
	t.Helper()
	if err := prototext.Unmarshal([]byte(text), m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOpenHybridAndOpaqueMessagesWorkAlike(t *testing.T) {
	t.Parallel()
	t.Run("open", func(t *testing.T) {
		t.Parallel()
		level[openv1ev.ReadingKey, *openv1.Reading, *openv1.ReadingRow]{
			openv1ev.Reading, openv1ev.ReadingTable, openv1ev.PartTable, openv1ev.NewReadingWriter, openv1ev.NewPartWriter,
			func(db *sql.DB) (*openv1.ReadingRow, error) {
				return openv1ev.NewReadingReader(db).Get(t.Context(), "m", 4)
			},
			&openv1.Reading{}, &openv1.Reading{}, &openv1.ReadingRow{},
		}.run(t)
	})
	t.Run("hybrid", func(t *testing.T) {
		t.Parallel()
		level[hybridv1ev.ReadingKey, *hybridv1.Reading, *hybridv1.ReadingRow]{
			hybridv1ev.Reading, hybridv1ev.ReadingTable, hybridv1ev.PartTable, hybridv1ev.NewReadingWriter, hybridv1ev.NewPartWriter,
			func(db *sql.DB) (*hybridv1.ReadingRow, error) {
				return hybridv1ev.NewReadingReader(db).Get(t.Context(), "m", 4)
			},
			&hybridv1.Reading{}, &hybridv1.Reading{}, &hybridv1.ReadingRow{},
		}.run(t)
	})
	t.Run("opaque", func(t *testing.T) {
		t.Parallel()
		level[opaquev1ev.ReadingKey, *opaquev1.Reading, *opaquev1.ReadingRow]{
			opaquev1ev.Reading, opaquev1ev.ReadingTable, opaquev1ev.PartTable, opaquev1ev.NewReadingWriter, opaquev1ev.NewPartWriter,
			func(db *sql.DB) (*opaquev1.ReadingRow, error) {
				return opaquev1ev.NewReadingReader(db).Get(t.Context(), "m", 4)
			},
			&opaquev1.Reading{}, &opaquev1.Reading{}, &opaquev1.ReadingRow{},
		}.run(t)
	})
}

// run expects that what is set to zero is told from what is not set.
func (l level[K, M, R]) run(t *testing.T) {
	t.Helper()
	h := newHarness(t, l.readings, l.parts)
	reading := parse(t, readingText, l.reading)
	eventtest.Publish(h, l.event, reading, parse(t, otherText, l.other), reading)
	h.Run(l.writeReadings(h.DB()))
	got, err := l.get(h.DB())
	if diff := cmp.Diff(parse(t, rowText, l.row), got, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("row (-want +got), %v:\n%s", err, diff)
	}
	h.WantRows("select meter, raw from "+l.readings.Name, []any{"m", nil})
	h.Redeliver(l.event.Contract().Topic.Name)
	h.Run(l.writeParts(h.DB()))
	h.WantRows("select meter, part, name from "+l.parts.Name, []any{"m", "a", "A"})
	note, _ := firstRecord(t, h, l.event).Headers.Get("note")
	if note != "" {
		t.Errorf("header note is %q, want it empty", note)
	}
}

// firstRecord encodes the message that the test published first.
func firstRecord[K any, M proto.Message](t *testing.T, h *eventtest.Harness, e *event.Event[K, M]) *event.Record {
	t.Helper()
	f, err := h.Follow(t.Context(), e.Contract().Topic.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		batch, err := f.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(batch.Records) > 0 {
			return batch.Records[0]
		}
	}
}

func TestProto2TellsDefaultsFromWhatIsUnset(t *testing.T) {
	t.Parallel()
	h := newHarness(t, legacyv1ev.ParcelTable, legacyv1ev.StopTable)
	set := &legacyv1.Parcel{
		Id: proto.String("set"), Revision: proto.Int64(1), Size: legacyv1.Size_SMALL.Enum(), Note: proto.String(""), Seal: []byte{},
		Weight: proto.Float64(0), Fragile: proto.Bool(false), Sender: &legacyv1.Parcel_Sender{Name: proto.String("Ann")},
		SentAt: &timestamppb.Timestamp{}, Stop: []*legacyv1.Parcel_Stop{
			{City: proto.String("Rome")}, {City: proto.String("Oslo"), Hours: proto.Int32(0)}, {City: proto.String("Bern"), Hours: proto.Int32(3)},
		},
	}
	proto.SetExtension(set, legacyv1.E_Customs, "free")
	unset := &legacyv1.Parcel{Id: proto.String("unset"), Revision: proto.Int64(1), Sender: &legacyv1.Parcel_Sender{}}
	dropped := &legacyv1.Parcel{Id: proto.String("dropped"), Revision: proto.Int64(1)}
	eventtest.Publish(h, legacyv1ev.Parcel, set, unset, dropped)
	h.Run(legacyv1ev.NewParcelWriter(h.DB()))
	h.WantRows("select id, size, note, seal, weight, fragile, sender, sent_at from parcel",
		[]any{"set", 3, "", "", 0, 0, "Ann", 0}, []any{"unset", nil, nil, nil, nil, nil, nil, nil})
	h.Redeliver(legacyv1ev.Parcel.Contract().Topic.Name)
	h.Run(legacyv1ev.NewStopWriter(h.DB()))
	h.WantRows("select city, hours from stop", []any{"Rome", nil}, []any{"Bern", 3})
	rows := legacyv1ev.NewParcelReader(h.DB())
	row, err := rows.Get(t.Context(), "unset")
	if err != nil || row.Note != nil {
		t.Errorf("row %v, %v: want it without a note", row, err)
	}
}

// Generated beside the source, with another suffix, for SQLite only, and opaque by a parameter.
func TestParametersOfTheRequestGiveWorkingCode(t *testing.T) {
	t.Parallel()
	h := newHarness(t, relativev1events.JobTable)
	eventtest.Publish(h, relativev1events.Job, relativev1.Job_builder{Id: "a", Revision: 1, State: proto.String("")}.Build())
	h.Run(relativev1events.NewJobWriter(h.DB()))
	row, err := relativev1events.NewJobReader(h.DB()).Get(t.Context(), "a")
	if err != nil || !row.HasState() {
		t.Errorf("row %v, %v: want it with a state", row, err)
	}
	if ddl := relativev1events.JobTable.DDL.Postgres; ddl != "" {
		t.Errorf("there is DDL for PostgreSQL: %s", ddl)
	}
}
