package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
)

// While a member is between Poll and Release another one joins; the first must keep all partitions until Release.
func TestNoPartitionMovesBeforeRelease(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group := f.topic(event.Topic{Partitions: 4}), realservers.TopicName(f, "group")
		first, second := newOwner(), newOwner()
		for i := range 4 {
			f.write(record(topic, fmt.Sprint(i), "v"))
		}
		m := f.join(group, first, topic)
		f.poll(m, 1)
		f.told(first)
		if _, err := m.Poll(f.ctx, 1); err != nil {
			f.Fatal(err)
		}
		n := f.join(group, second, topic)
		f.awaitState(group, "PreparingRebalance", "CompletingRebalance", "Stable")
		select {
		case c := <-first.calls:
			f.Errorf("%s between Poll and Release", c.what)
		default:
		}
		m.Release()
		moved := f.next(first, m)
		if moved.what != "revoked" || len(moved.positions) != 2 {
			f.Errorf("after Release the owner was told %+v, want two partitions revoked", moved)
		}
		taken := f.next(second, n)
		if len(taken.assignments) != 2 {
			f.Errorf("the second member was told %+v, want two partitions assigned", taken)
		}
	})
}

// Kgo's own gate is open when the offsets of new partitions are known, and the owner learns of them then.
func TestOwnerIsNotCalledBetweenPollAndRelease(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	f := connect(t, cluster.ListenAddrs())
	topic, group := f.topic(event.Topic{Partitions: 2}), realservers.TopicName(f, "group")
	first, second := newOwner(), newOwner()
	m := f.join(group, first, topic)
	f.diff("first call", "assigned", f.next(first, m).what)
	n := f.join(group, second, topic)
	f.diff("second call", "revoked", f.next(first, m).what)
	f.diff("call of the other member", "assigned", f.next(second, n).what)

	var once sync.Once
	asked, answer := make(chan struct{}), make(chan struct{})
	cluster.ControlKey(kmsg.OffsetFetch.Int16(), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.DropControl()
		once.Do(func() { close(asked) })
		cluster.SleepControl(func() { <-answer })
		return nil, nil, false
	})
	f.must(n.Close(f.ctx))
	stop := f.keepPolling(m)
	<-asked // m gets the other partition
	stop()
	for i := range 8 {
		f.write(record(topic, fmt.Sprint(i), "v"))
	}
	if _, err := m.Poll(f.ctx, 1); err != nil {
		t.Fatal(err)
	}
	close(answer)
	select {
	case c := <-first.calls:
		t.Errorf("the owner was told of %s between Poll and Release", c.what)
	case <-time.After(200 * time.Millisecond): // long enough for a broken gate to show
	}
	m.Release()
	f.diff("call after Release", "assigned", f.told(first).what)
}

// awaitState waits until a group with two members is in one of the states.
func (f *fixture) awaitState(group string, states ...string) {
	f.Helper()
	for f.ctx.Err() == nil {
		groups, err := f.admin.DescribeGroups(f.ctx, group)
		f.must(err)
		g := groups[group]
		for _, s := range states {
			if g.State == s && len(g.Members) == 2 {
				return
			}
		}
	}
	f.Fatalf("group %s never was in state %v with two members", group, states)
}

func TestFailingOwnerIsAskedAgain(t *testing.T) {
	each(t, func(f *fixture) {
		topic, o := f.topic(event.Topic{}), &reluctant{owner: newOwner(), refusals: 2}
		f.write(numbered(topic, 1)...)
		m, err := f.Join(f.ctx, event.Membership{Group: realservers.TopicName(f, "group"), Topics: []string{topic}, Owner: o})
		f.must(err)
		var told int
		for {
			records, err := m.Poll(f.ctx, 1)
			if errors.Is(err, errReluctant) {
				told++
				continue
			}
			f.must(err)
			f.diff("values", []string{"0"}, values(records))
			m.Release()
			break
		}
		f.diff("errors of Poll", 2, told)
	})
}

var errReluctant = errors.New("the database is down")

// reluctant fails a few times before it takes partitions.
type reluctant struct {
	*owner
	refusals int
}

func (r *reluctant) Assigned(ctx context.Context, as []event.Assignment) error {
	if r.refusals--; r.refusals >= 0 {
		return errReluctant
	}
	return r.owner.Assigned(ctx, as)
}

func TestBrokerMayAssign(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group, o := f.topic(event.Topic{}), realservers.TopicName(f, "group"), newOwner()
		f.write(numbered(topic, 3)...)
		m := f.join(group, o, topic)
		at := f.poll(m, 3)[0].Position
		f.diff("first call", "assigned", f.told(o).what)
		f.must(m.Commit(f.ctx, []event.Commit{commitOf(at, 3, "eg1:")}))
		described, err := f.admin.DescribeConsumerGroups(f.ctx, group)
		f.must(err)
		f.diff("members by the new protocol", 1, len(described[group].Members))
		f.must(m.Close(f.ctx))
		f.diff("last call", "revoked", f.told(o).what)
		f.diff("committed", int64(3), f.committed(group, topic, 0).At)
	}, kgo.ServerSideBalancer())
}
