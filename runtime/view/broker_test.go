package view_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
	"github.com/evgen-dev/evgen/runtime/produce"
	"github.com/evgen-dev/evgen/runtime/view"
)

// atBroker is a compacted topic of its own on a broker, and what writes to it.
type atBroker struct {
	*testing.T
	ctx      context.Context
	client   *kafka.Client
	user     *kgo.Client
	opts     []kgo.Opt
	event    *event.Event[string, *message]
	producer *produce.DocumentProducer[string, *message]
}

// onEachBroker runs f with a topic of three partitions on both brokers.
func onEachBroker(t *testing.T, f func(*atBroker)) {
	t.Helper()
	t.Parallel()
	realservers.EachBroker(t, func(t *testing.T, brokers []string) {
		t.Parallel()
		f(connect(t, brokers))
	})
}

func connect(t *testing.T, brokers []string) *atBroker {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	b := &atBroker{T: t, ctx: ctx, opts: []kgo.Opt{
		kgo.SeedBrokers(brokers...), kgo.MetadataMinAge(20 * time.Millisecond), kgo.FetchMaxWait(200 * time.Millisecond),
	}}
	b.user = b.newClient()
	var err error
	b.client, err = kafka.New(b.user)
	b.must(err)
	t.Cleanup(func() { b.must(b.client.Close(context.WithoutCancel(ctx))) })
	b.event = planWith(func(s *event.Spec[string, *message]) {
		s.Topic = event.Topic{Name: realservers.TopicName(t, "plans"), Partitions: 3, Compaction: event.CompactAndDelete}
	})
	b.must(b.client.CreateTopics(ctx, b.event.Contract().Topic))
	b.producer = produce.NewDocument(b.client, b.event)
	return b
}

func (b *atBroker) newClient(opts ...kgo.Opt) *kgo.Client {
	b.Helper()
	cl, err := kgo.NewClient(append(opts, b.opts...)...)
	b.must(err)
	b.Cleanup(cl.Close)
	return cl
}

func (b *atBroker) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *atBroker) topic() string { return b.event.Contract().Topic.Name }

func (b *atBroker) publish(key string, revision int64, body string) event.Receipt {
	b.Helper()
	r, err := b.producer.Publish(b.ctx, msg(key, revision, body))
	b.must(err)
	return r
}

func (b *atBroker) open() *view.View[string, *message] {
	b.Helper()
	v, err := view.Open(b.ctx, b.client, b.event)
	b.must(err)
	b.Cleanup(v.Close)
	return v
}

func (b *atBroker) expect(v *view.View[string, *message], want map[string]string) {
	b.Helper()
	if diff := cmp.Diff(want, states(v)); diff != "" {
		b.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestViewOfABroker(t *testing.T) {
	onEachBroker(t, func(b *atBroker) {
		want := map[string]string{}
		for i := range 30 {
			key := fmt.Sprint("plan ", i)
			b.publish(key, 1, "old")
			b.publish(key, 3, "new "+key)
			b.publish(key, 2, "late")
			want[key] = "new " + key
		}
		_, err := b.producer.Delete(b.ctx, "plan 7", 4)
		b.must(err)
		delete(want, "plan 7")
		v := b.open()
		b.expect(v, want)

		changes := make(chan seen, 10)
		v.Watch(func(c view.Change[string, *message]) { changes <- sight(c) })
		b.must(v.WaitFor(b.ctx, b.publish("plan 8", 4, "newer")))
		want["plan 8"] = "newer"
		deleted, err := b.producer.Delete(b.ctx, "plan 9", 4)
		b.must(err)
		b.must(v.WaitFor(b.ctx, deleted))
		delete(want, "plan 9")
		b.expect(v, want)
		for _, want := range []seen{{"plan 8", "new plan 8", "newer"}, {"plan 9", "new plan 9", "-"}} {
			if got := <-changes; got != want {
				b.Errorf("change %v, want %v", got, want)
			}
		}
	})
}

func TestTransactionsAtTheTailOfABroker(t *testing.T) {
	onEachBroker(t, func(b *atBroker) {
		b.transact("a", "committed", kgo.TryCommit)
		b.transact("b", "aborted", kgo.TryAbort)
		open := b.begin("c", "open") // ready must not wait for this one
		v := b.open()
		b.expect(v, map[string]string{"a": "committed"})
		b.must(open.EndTransaction(b.ctx, kgo.TryCommit))
		b.must(v.WaitFor(b.ctx, b.publish("c", 2, "after")))
		b.expect(v, map[string]string{"a": "committed", "c": "after"})
	})
}

// transact writes a state in a transaction that ends.
func (b *atBroker) transact(key, body string, end kgo.TransactionEndTry) {
	b.Helper()
	b.must(b.begin(key, body).EndTransaction(b.ctx, end))
}

func (b *atBroker) begin(key, body string) *kgo.Client {
	b.Helper()
	cl := b.newClient(kgo.TransactionalID(realservers.TopicName(b, "tx")))
	b.must(cl.BeginTransaction())
	r, err := b.event.Encode(msg(key, 1, body))
	b.must(err)
	b.must(cl.ProduceSync(b.ctx, &kgo.Record{Topic: b.topic(), Key: r.Key, Value: r.Value}).FirstErr())
	return cl
}

func TestTopicOfABrokerThatIsMadeAnew(t *testing.T) {
	if testing.Short() {
		t.Skip("clients take about 12 s to notice")
	}
	onEachBroker(t, func(b *atBroker) {
		b.publish("gone", 1, "x")
		v := b.open()
		removed := make(chan seen, 1)
		v.Watch(func(c view.Change[string, *message]) {
			if c.New == nil {
				removed <- sight(c)
			}
		})
		admin := kadm.NewClient(b.user)
		_, err := admin.DeleteTopic(b.ctx, b.topic())
		b.must(err)
		b.must(b.client.CreateTopics(b.ctx, b.event.Contract().Topic))
		select {
		case got := <-removed:
			if want := (seen{"gone", "x", "-"}); got != want {
				b.Errorf("change %v, want %v", got, want)
			}
		case <-b.ctx.Done():
			b.Fatalf("the view still shows %v, %v", states(v), v.Err())
		}
	})
}
