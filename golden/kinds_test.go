package golden_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/evgen-dev/evgen/golden/kinds/kindsv1"
	"github.com/evgen-dev/evgen/golden/kinds/kindsv1/kindsv1ev"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/eventtest"
)

// journal is a service whose handlers write down what they are told.
type journal struct{}

var (
	_ kindsv1ev.Handler         = journal{}
	_ kindsv1ev.MeasuredHandler = journal{}
	_ kindsv1ev.PaidHandler     = journal{}
	_ kindsv1ev.SettingHandler  = journal{}
	_ kindsv1ev.MemberHandler   = journal{}
	_ kindsv1ev.LeftHandler     = journal{}
	_ kindsv1ev.BlobHandler     = journal{}
	_ kindsv1ev.ResizeHandler   = journal{}
	_ kindsv1ev.MovedHandler    = journal{}
)

func (journal) note(ctx context.Context, tx *sql.Tx, format string, args ...any) error {
	_, err := tx.ExecContext(ctx, "insert into journal (line) values ($1)", fmt.Sprintf(format, args...))
	return err
}

func (j journal) HandleOpened(ctx context.Context, tx *sql.Tx, d *kindsv1ev.OpenedDelivery) error {
	return j.note(ctx, tx, "opened %s %d", d.Key, d.Message.GetNumber())
}

func (j journal) HandleClosed(ctx context.Context, tx *sql.Tx, d *kindsv1ev.ClosedDelivery) error {
	return j.note(ctx, tx, "closed %s %d", d.Key, d.Message.GetNumber())
}

func (j journal) HandleMeasured(ctx context.Context, tx *sql.Tx, d *kindsv1ev.MeasuredDelivery) error {
	return j.note(ctx, tx, "measured %v", d.Message.GetCelsius())
}

func (j journal) HandlePaid(ctx context.Context, tx *sql.Tx, d *kindsv1ev.PaidDelivery) error {
	return j.note(ctx, tx, "paid %s %s", d.Key, d.ID)
}

func (j journal) HandleSetting(ctx context.Context, tx *sql.Tx, d *kindsv1ev.SettingDelivery) error {
	return j.note(ctx, tx, "setting %s %s", d.Key, d.Message.GetValue())
}

func (j journal) HandleSettingDeleted(ctx context.Context, tx *sql.Tx, d *kindsv1ev.SettingDeletion) error {
	return j.note(ctx, tx, "setting %s deleted", d.Key)
}

func (j journal) HandleMember(ctx context.Context, tx *sql.Tx, d *kindsv1ev.MemberDelivery) error {
	return j.note(ctx, tx, "member %v %s", d.Key, d.Message.GetName())
}

func (j journal) HandleMemberDeleted(ctx context.Context, tx *sql.Tx, d *kindsv1ev.MemberDeletion) error {
	return j.note(ctx, tx, "member %v deleted", d.Key)
}

func (j journal) HandleLeft(ctx context.Context, tx *sql.Tx, d *kindsv1ev.LeftDelivery) error {
	return j.note(ctx, tx, "left %d %d", d.Key, d.Message.GetStep())
}

func (j journal) HandleBlob(ctx context.Context, tx *sql.Tx, d *kindsv1ev.BlobDelivery) error {
	var headers []string
	for _, name := range []string{"region", "weight", "color", "sum", "urgent"} {
		value, _ := d.Headers.Get(name)
		headers = append(headers, value)
	}
	return j.note(ctx, tx, "blob %d %q", d.Key, headers)
}

func (j journal) HandleResize(ctx context.Context, tx *sql.Tx, d *kindsv1ev.ResizeDelivery) error {
	return j.note(ctx, tx, "resize %s %s", d.Key, d.ID)
}

func (j journal) HandleMoved(ctx context.Context, tx *sql.Tx, d *kindsv1ev.MovedDelivery) error {
	return j.note(ctx, tx, "moved %v", d.Key)
}

// Each kind of event, key, revision and id drops duplicates and late records as it promises, also when the member dies in between
// and everything comes again.
func TestHandlersOfEachKindKeepTheirPromise(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if _, err := h.DB().ExecContext(t.Context(), "create table journal (line text)"); err != nil {
		t.Fatal(err)
	}
	publishKinds(h)
	h.Kill(9)
	run := func() {
		h.Run(kindsv1ev.Handlers(h.DB(), journal{}), kindsv1ev.MeasuredHandlers(h.DB(), journal{}), kindsv1ev.PaidHandlers(h.DB(), journal{}),
			kindsv1ev.SettingHandlers(h.DB(), journal{}), kindsv1ev.MemberHandlers(h.DB(), journal{}), kindsv1ev.LeftHandlers(h.DB(), journal{}),
			kindsv1ev.BlobHandlers(h.DB(), journal{}), kindsv1ev.ResizeHandlers(h.DB(), journal{}), kindsv1ev.MovedHandlers(h.DB(), journal{}))
	}
	run()
	for _, topic := range kindsv1ev.Topics() {
		if topic.Name != oldTopic {
			h.Redeliver(topic.Name)
		}
	}
	run()
	h.WantRows("select line from journal",
		"opened front 1", "closed front 2", "opened front 3",
		"measured 21.5", "measured 21.5",
		"paid order-1 cGF5LTE", "paid order-1 cGF5LTI",
		"setting theme dark", "setting theme light", "setting gone x", "setting gone deleted",
		"member {7 true RED [107]} Ann", "member {7 true RED [107]} deleted",
		"left 5 1", "left 5 3",
		`blob 9 ["eu" "0.5" "2" "AQI" "false"]`,
		"resize logo r1", "resize logo r2",
		"moved {a/b c% l}")
	h.WantRows("select line from journal where line like '%front%' order by rowid", "opened front 1", "closed front 2", "opened front 3")
	h.WantRows("select line from journal where line like 'setting theme%' order by rowid", "setting theme dark", "setting theme light")
}

func publishKinds(h *eventtest.Harness) {
	at := func(seconds int64) *timestamppb.Timestamp { return &timestamppb.Timestamp{Seconds: seconds} }
	opened := func(n uint32) *kindsv1.Opened { return &kindsv1.Opened{Door: "front", Number: n} }
	eventtest.Publish(h, kindsv1ev.Opened, opened(1), opened(1), opened(3))
	eventtest.Publish(h, kindsv1ev.Closed, &kindsv1.Closed{Door: "front", Number: 2})
	eventtest.Publish(h, kindsv1ev.Measured, &kindsv1.Measured{Celsius: 21.5}, &kindsv1.Measured{Celsius: 21.5})
	order := &kindsv1.Paid_Order{Id: "order-1"}
	paid := &kindsv1.Paid{Order: order, Payment: []byte("pay-1")}
	eventtest.Publish(h, kindsv1ev.Paid, paid, &kindsv1.Paid{Order: order, Payment: []byte("pay-2")}, paid)
	light := &kindsv1.Setting{Name: "theme", ChangedAt: at(20), Value: "light"}
	eventtest.Publish(h, kindsv1ev.Setting, &kindsv1.Setting{Name: "theme", ChangedAt: at(10), Value: "dark"}, light,
		&kindsv1.Setting{Name: "theme", ChangedAt: at(15), Value: "late"}, &kindsv1.Setting{Name: "gone", ChangedAt: at(1), Value: "x"})
	eventtest.Delete(h, kindsv1ev.Setting, "gone", at(2).AsTime().UnixMicro())
	member := &kindsv1.Member{Team: 7, Senior: true, Color: kindsv1.Color_RED, Token: []byte("k"), UpdatedMicros: 5, Name: "Ann"}
	eventtest.Publish(h, kindsv1ev.Member, member)
	eventtest.Delete(h, kindsv1ev.Member, kindsv1ev.Member.KeyOf(member), 6)
	eventtest.Publish(h, kindsv1ev.Left, &kindsv1.Left{Team: 5, Step: 1}, &kindsv1.Left{Team: 5, Step: 3, Gone: true}, &kindsv1.Left{Team: 5, Step: 2})
	eventtest.Publish(h, kindsv1ev.Blob, &kindsv1.Blob{Id: 9, Region: "eu", Weight: 0.5, Color: kindsv1.Color_GREEN, Sum: []byte{1, 2}})
	resize := func(id string) *kindsv1.Resize { return &kindsv1.Resize{Image: "logo", Request: id} }
	eventtest.Publish(h, kindsv1ev.Resize, resize("r1"), resize("r1"), resize("r2"))
	moved := &kindsv1.Moved{From: &kindsv1.Moved_Place{Id: "a/b"}, To: &kindsv1.Moved_Place{Id: "c%"}, Lot: "l", Version: 1}
	eventtest.Publish(h, kindsv1ev.Moved, moved, moved)
}

func TestViewShowsWhatIsLeftOfEachKey(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	publishKinds(h)
	settings, err := kindsv1ev.OpenSettingView(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	defer settings.Close()
	theme, ok := settings.Get("theme")
	if !ok || theme.GetValue() != "light" {
		t.Errorf("theme is %v, %t; want light", theme, ok)
	}
	if gone, ok := settings.Get("gone"); ok {
		t.Errorf("gone is %v, want nothing", gone)
	}
	members, err := kindsv1ev.OpenMemberView(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	defer members.Close()
	for key, m := range members.All() {
		t.Errorf("member %v is %v, want none", key, m)
	}
}

func TestProducerReturnsWhereItsEventIs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if err := h.CreateTopics(t.Context(), kindsv1ev.Topics()...); err != nil {
		t.Fatal(err)
	}
	moved := kindsv1ev.NewMovedProducer(h)
	var partitions []int32
	for _, to := range []string{"x", "y", "z"} {
		m := &kindsv1.Moved{From: &kindsv1.Moved_Place{Id: "warehouse/1"}, To: &kindsv1.Moved_Place{Id: to}, Lot: "50%", Version: 7}
		receipt, err := moved.Publish(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if want := "warehouse%2F1/" + to + "/50%25"; string(receipt.Key) != want || receipt.Revision != 7 {
			t.Errorf("receipt of key %q, revision %d; want %q, 7", receipt.Key, receipt.Revision, want)
		}
		partitions = append(partitions, receipt.Partition)
	}
	if partitions[0] != partitions[1] || partitions[1] != partitions[2] {
		t.Errorf("partitions %d, want one for all lots of a warehouse", partitions)
	}
}

func TestTopicsAreCreatedAsDeclared(t *testing.T) {
	t.Parallel()
	want := event.Topic{
		Name: "acme.kinds.v1.setting", Partitions: 3, Compaction: event.Compact,
		TombstoneRetention: 30 * 24 * time.Hour, MaxCompactionLag: time.Hour,
	}
	h := newHarness(t)
	if err := h.CreateTopics(t.Context(), kindsv1ev.Topics()...); err != nil {
		t.Fatal(err)
	}
	got, err := h.Topic(t.Context(), "acme.kinds.v1.setting")
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != want.Name || got.Partitions != want.Partitions || got.Compaction != want.Compaction ||
		got.TombstoneRetention != want.TombstoneRetention || got.MaxCompactionLag != want.MaxCompactionLag {
		t.Errorf("topic %+v, want %+v", got, want)
	}
	if _, err := h.Topic(t.Context(), "kinds-idle"); err == nil {
		t.Error("a topic without events was created")
	}
}
