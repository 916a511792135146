package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
)

// wide makes members learn of rebalances from their commits only, not from heartbeats.
var wide = []kgo.Opt{kgo.HeartbeatInterval(9 * time.Second), kgo.SessionTimeout(30 * time.Second)}

// kick takes all members out of a group, as when their sessions time out.
func (f *fixture) kick(group string) {
	f.Helper()
	groups, err := f.admin.DescribeGroups(f.ctx, group)
	f.must(err)
	r := kmsg.NewPtrLeaveGroupRequest()
	r.Group = group
	for _, member := range groups[group].Members {
		leaving := kmsg.NewLeaveGroupRequestMember()
		leaving.MemberID = member.MemberID
		r.Members = append(r.Members, leaving)
	}
	answer, err := r.RequestWith(f.ctx, f.user)
	f.must(err)
	f.must(kerr.ErrorForCode(answer.ErrorCode))
}

// A member that lost its session without noticing commits: franz-go joins anew, and calls what it then gives up revoked, with a
// generation in which a commit would rewind the member that took over. Here one goes on committing until it is assigned anew.
func TestFencedMemberRewindsNobody(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group := f.topic(event.Topic{Partitions: 2}), realservers.TopicName(f, "group")
		for i := range 20 {
			f.write(record(topic, fmt.Sprint(i), "v"))
		}
		stale := newOwner()
		m := f.join(group, stale, topic)
		f.poll(m, 20)
		held := f.told(stale).assignments

		f.kick(group)
		successor := newOwner()
		n := f.join(group, successor, topic)
		taken := f.next(successor, n).assignments
		if len(taken) != 2 {
			f.Fatalf("the successor has %d partitions, want 2", len(taken))
		}
		for _, a := range taken {
			f.must(n.Commit(f.ctx, []event.Commit{commitOf(a.Position, 7, "successor")}))
		}
		stop := f.keepPolling(n)
		defer stop()

		var told []call
		renewed := make(chan struct{})
		stale.assigned = func([]event.Assignment) { close(renewed) }
		defer f.keepPolling(m)()
		for fenced := true; fenced; {
			for _, a := range held {
				if err := m.Commit(f.ctx, []event.Commit{commitOf(a.Position, 1, "stale")}); err != nil && !errors.Is(err, event.ErrFenced) {
					f.Errorf("commit of a fenced member: %v, want ErrFenced", err)
				}
			}
			select {
			case <-renewed:
				fenced = false
			case <-f.ctx.Done():
				f.Fatal("the fenced member never came back")
			default:
			}
		}
		for len(told) == 0 || told[len(told)-1].what != "assigned" {
			told = append(told, f.told(stale))
		}
		if len(told) != 2 || told[0].what != "lost" || len(told[0].positions) != 2 {
			f.Fatalf("the fenced owner was told %+v, want two partitions lost, then one assigned", told)
		}
		back := told[1].assignments
		if len(back) != 1 || back[0].Offset != 7 || back[0].Metadata != "successor" {
			f.Errorf("assigned again: %+v, want one partition at the successor's offset 7", back)
		}
		at := f.committed(group, topic, 1-back[0].Partition)
		f.diff("committed in the successor's partition", []any{int64(7), "successor"}, []any{at.At, at.Metadata})
	}, wide...)
}

// keepPolling polls and drops the records until the returned function is called.
func (f *fixture) keepPolling(m event.Member) (stop func()) {
	ctx, cancel := context.WithCancel(f.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if _, err := m.Poll(ctx, 1); err == nil {
				m.Release()
			}
		}
	}()
	return func() { cancel(); <-done }
}

// The same when it is a join that says so: nothing was refused before, and what is given up is called revoked under the new member id.
func TestPartitionsOfAnEarlierMembershipAreLostNotRevoked(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group := f.topic(event.Topic{Partitions: 2}), realservers.TopicName(f, "group")
		stale, successor := newOwner(), newOwner()
		m := f.join(group, stale, topic)
		f.next(stale, m)
		f.kick(group)
		n := f.join(group, successor, topic)
		if taken := f.next(successor, n).assignments; len(taken) != 2 {
			f.Fatalf("the successor has %d partitions, want 2", len(taken))
		}
		defer f.keepPolling(n)()
		defer f.keepPolling(m)()
		kafka.Rejoin(m)
		lost := map[int32]bool{}
		for c := f.told(stale); c.what != "assigned"; c = f.told(stale) {
			if c.what != "lost" {
				f.Errorf("the owner was told %+v, want lost partitions", c)
			}
			for _, p := range c.positions {
				lost[p.Partition] = true
			}
		}
		f.diff("lost partitions", map[int32]bool{0: true, 1: true}, lost)
	}, wide...)
}

// The same without a successor: franz-go holds the partitions before and after, and says nothing. What was polled and not
// committed must come again, although nothing new is written.
func TestFencedMemberStartsAnewFromItsCommit(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group, o := f.topic(event.Topic{}), realservers.TopicName(f, "group"), newOwner()
		f.write(numbered(topic, 5)...)
		m := f.join(group, o, topic)
		at := f.poll(m, 5)[0].Position
		f.told(o)
		f.must(m.Commit(f.ctx, []event.Commit{commitOf(at, 2, "mine")}))
		f.kick(group)
		if err := m.Commit(f.ctx, []event.Commit{commitOf(at, 5, "")}); !errors.Is(err, event.ErrFenced) {
			f.Fatalf("commit of a fenced member: %v, want ErrFenced", err)
		}
		f.write(record(topic, "key", "5"))
		f.diff("values of the new membership", []string{"2", "3", "4", "5"}, values(f.poll(m, 4)))
		f.diff("first call", "lost", f.told(o).what)
		at.Offset = 2
		f.diff("second call", []event.Assignment{{Position: at, Committed: true, Metadata: "mine"}}, f.told(o).assignments)
		f.must(m.Commit(f.ctx, []event.Commit{commitOf(at, 5, "")}))
		f.diff("committed", int64(5), f.committed(group, topic, 0).At)
	}, wide...)
}

func TestMemberThatLostItsSessionIsToldByItsHeartbeat(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group, o := f.topic(event.Topic{}), realservers.TopicName(f, "group"), newOwner()
		f.write(numbered(topic, 5)...)
		m := f.join(group, o, topic)
		f.poll(m, 5)
		f.told(o)
		f.kick(group)
		f.diff("first call", "lost", f.next(o, m).what)
		f.diff("second call", "assigned", f.next(o, m).what)
	})
}
