package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
)

// wide makes members learn of rebalances from their commits only, not from heartbeats.
var wide = []kgo.Opt{kgo.HeartbeatInterval(9 * time.Second), kgo.SessionTimeout(30 * time.Second)}

func commitOf(at event.Position, offset int64, metadata string) event.Commit {
	at.Offset = offset
	return event.Commit{Position: at, LeaderEpoch: -1, Metadata: metadata}
}

func TestMemberReadsFromTheStartOfTheLog(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group, o := f.topic(event.Topic{Partitions: 2}), realservers.TopicName(f, "group"), newOwner()
		at := f.write(numbered(topic, 5)...)[0]
		m := f.join(group, o, topic)
		f.diff("values", []string{"0", "1", "2", "3", "4"}, values(f.poll(m, 5)))
		got := f.told(o)
		want := call{what: "assigned", assignments: []event.Assignment{
			{Position: event.Position{Topic: topic, TopicID: at.TopicID, Partition: 0}},
			{Position: event.Position{Topic: topic, TopicID: at.TopicID, Partition: 1}},
		}}
		f.diff("first call", want.assignments, got.assignments)
	})
}

func TestCommitComesBackWithItsMetadata(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group, o := f.topic(event.Topic{}), realservers.TopicName(f, "group"), newOwner()
		f.write(numbered(topic, 5)...)
		m := f.join(group, o, topic)
		at := f.poll(m, 5)[0].Position
		f.told(o)
		f.must(m.Commit(f.ctx, []event.Commit{commitOf(at, 3, "eg1:xyz")}))
		f.must(m.Close(f.ctx))
		f.diff("last call", "revoked", f.told(o).what)

		again := f.join(group, o, topic)
		f.diff("values after the commit", []string{"3", "4"}, values(f.poll(again, 2)))
		at.Offset = 3
		f.diff("assignment", []event.Assignment{{Position: at, Committed: true, Metadata: "eg1:xyz"}}, f.told(o).assignments)
	})
}

func TestOwnerMayMoveItsAssignment(t *testing.T) {
	for name, committed := range map[string]bool{"Committed": true, "Uncommitted": false} {
		t.Run(name, func(t *testing.T) {
			each(t, func(f *fixture) {
				topic, group, o := f.topic(event.Topic{}), realservers.TopicName(f, "group"), newOwner()
				f.write(numbered(topic, 5)...)
				if committed {
					offsets := kadm.Offsets{}
					offsets.AddOffset(topic, 0, 4, 0)
					f.must(f.admin.CommitAllOffsets(f.ctx, group, offsets))
				}
				o.assigned = func(as []event.Assignment) { as[0].Offset = 2 }
				m := f.join(group, o, topic)
				f.diff("values", []string{"2", "3", "4"}, values(f.poll(m, 3)))
			})
		})
	}
}

func TestSeekMovesTheNextPoll(t *testing.T) {
	each(t, func(f *fixture) {
		topic, o := f.topic(event.Topic{}), newOwner()
		f.write(numbered(topic, 5)...)
		m := f.join(realservers.TopicName(f, "group"), o, topic)
		at := f.poll(m, 3)[0].Position
		at.Offset = 1
		m.Seek(at)
		f.diff("values", []string{"1", "2", "3", "4"}, values(f.poll(m, 4)))
		at.Offset = 4
		m.Seek(at)
		f.diff("values", []string{"4"}, values(f.poll(m, 1)))
	})
}

func TestPausedPartitionIsNotPolled(t *testing.T) {
	each(t, func(f *fixture) {
		paused, other, o := f.topic(event.Topic{}), f.topic(event.Topic{}), newOwner()
		f.write(numbered(paused, 3)...)
		m := f.join(realservers.TopicName(f, "group"), o, paused, other)
		first := f.poll(m, 1)[0]
		m.Pause(first.Position)
		f.write(numbered(other, 2)...)
		for _, r := range f.poll(m, 2) {
			if r.Topic == paused {
				f.Errorf("polled %s of a paused partition", r.Position)
			}
		}
		m.Resume(first.Position)
		f.diff("values after the pause", []string{"1", "2"}, values(f.poll(m, 2)))
	})
}

func TestAbortedRecordsAndMarkersAreNotPolled(t *testing.T) {
	each(t, func(f *fixture) {
		topic, o := f.topic(event.Topic{}), newOwner()
		f.transaction(topic, kgo.TryAbort, "aborted")
		f.transaction(topic, kgo.TryCommit, "committed")
		f.write(record(topic, "k", "plain"))
		m := f.join(realservers.TopicName(f, "group"), o, topic)
		f.diff("values", []string{"committed", "plain"}, values(f.poll(m, 2)))
	})
}

// transaction writes values in one transaction.
func (f *fixture) transaction(topic string, end kgo.TransactionEndTry, values ...string) {
	f.Helper()
	cl := f.begin(topic, values...)
	defer cl.Close()
	f.must(cl.EndTransaction(f.ctx, end))
	for { // the broker answers before the marker is written
		stable, err := f.admin.ListCommittedOffsets(f.ctx, topic)
		f.must(err)
		ends, err := f.admin.ListEndOffsets(f.ctx, topic)
		f.must(err)
		if cmp.Equal(stable.Offsets(), ends.Offsets(), cmpopts.IgnoreFields(kadm.Offset{}, "LeaderEpoch")) {
			return
		}
	}
}

// begin writes values in a transaction that stays open.
func (f *fixture) begin(topic string, values ...string) *kgo.Client {
	f.Helper()
	cl, err := kgo.NewClient(append(f.user.Opts(), kgo.TransactionalID(realservers.TopicName(f, "tx")), kgo.DefaultProduceTopic(topic))...)
	f.must(err)
	f.must(cl.BeginTransaction())
	for _, v := range values {
		f.must(cl.ProduceSync(f.ctx, kgo.KeySliceRecord([]byte(v), []byte(v))).FirstErr())
	}
	return cl
}

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
	m, n := f.join(group, first, topic), f.join(group, second, topic)
	f.next(second, n)

	var once sync.Once
	asked, answer := make(chan struct{}), make(chan struct{})
	cluster.ControlKey(kmsg.OffsetFetch.Int16(), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.DropControl()
		once.Do(func() { close(asked) })
		cluster.SleepControl(func() { <-answer })
		return nil, nil, false
	})
	for len(first.calls) > 0 {
		<-first.calls
	}
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

func TestRevokedMayStillCommit(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group := f.topic(event.Topic{}), realservers.TopicName(f, "group")
		f.write(numbered(topic, 5)...)
		o := newOwner()
		m := f.join(group, o, topic)
		f.poll(m, 5)
		failed := make(chan error, 1)
		o.revoked = func(at []event.Position) {
			failed <- m.Commit(f.ctx, []event.Commit{commitOf(at[0], at[0].Offset, "last")})
		}
		f.must(m.Close(f.ctx))
		f.must(<-failed)
		at := f.committed(group, topic, 0)
		f.diff("committed", []any{int64(5), "last"}, []any{at.At, at.Metadata})
	})
}

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

func TestCommitOfARevokedPartitionIsLeftOut(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group := f.topic(event.Topic{Partitions: 2}), realservers.TopicName(f, "group")
		first, second := newOwner(), newOwner()
		m := f.join(group, first, topic)
		held := f.next(first, m).assignments
		f.join(group, second, topic)
		gone := f.next(first, m).positions[0]
		kept := held[1-gone.Partition].Position
		f.must(m.Commit(f.ctx, []event.Commit{commitOf(gone, 9, ""), commitOf(kept, 9, "")}))
		f.diff("committed, revoked and kept", []int64{-1, 9},
			[]int64{f.committed(group, topic, gone.Partition).At, f.committed(group, topic, kept.Partition).At})
	})
}

// Only the real broker has the limit.
func TestOversizeMetadataIsDropped(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group, o := f.topic(event.Topic{Partitions: 2}), realservers.TopicName(f, "group"), newOwner()
		m := f.join(group, o, topic)
		held := f.next(o, m).assignments
		f.must(m.Commit(f.ctx, []event.Commit{
			commitOf(held[0].Position, 1, strings.Repeat("x", 5000)),
			commitOf(held[1].Position, 2, "small"),
		}))
		f.diff("offsets", []int64{1, 2}, []int64{f.committed(group, topic, 0).At, f.committed(group, topic, 1).At})
		f.diff("metadata of the other", "small", f.committed(group, topic, 1).Metadata)
	})
}

// 300 × 4000 bytes are more than one batch of the offsets topic holds: the real broker refuses them all in one request.
func TestMuchMetadataIsSplit(t *testing.T) {
	each(t, func(f *fixture) {
		const partitions = 300
		topic, group, o := f.topic(event.Topic{Partitions: partitions}), realservers.TopicName(f, "group"), newOwner()
		m := f.join(group, o, topic)
		var commits []event.Commit
		for _, a := range f.next(o, m).assignments {
			commits = append(commits, commitOf(a.Position, int64(a.Partition)+1, strings.Repeat("x", 4000)))
		}
		f.must(m.Commit(f.ctx, commits))
		for p := range int32(partitions) {
			if at := f.committed(group, topic, p); at.At != int64(p)+1 || len(at.Metadata) != 4000 {
				f.Fatalf("partition %d: offset %d and %d bytes of metadata are stored, want %d and 4000", p, at.At, len(at.Metadata), p+1)
			}
		}
	})
}

// trim removes the records of partition 0 below an offset.
func (f *fixture) trim(topic string, to int64) {
	f.Helper()
	offsets := kadm.Offsets{}
	offsets.AddOffset(topic, 0, to, -1)
	answers, err := f.admin.DeleteRecords(f.ctx, offsets)
	f.must(err)
	f.must(answers.Error())
}

func TestMemberBelowTheLogStartIsToldAndMaySeek(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group, o := f.topic(event.Topic{}), realservers.TopicName(f, "group"), newOwner()
		at := f.write(numbered(topic, 10)...)[0]
		offsets := kadm.Offsets{}
		offsets.AddOffset(topic, 0, 2, -1)
		f.must(f.admin.CommitAllOffsets(f.ctx, group, offsets))
		f.trim(topic, 6)
		m := f.join(group, o, topic)
		_, err := m.Poll(f.ctx, 10)
		var trimmed *event.TrimmedError
		if !errors.As(err, &trimmed) {
			f.Fatalf("poll: %v, want a TrimmedError", err)
		}
		at.Offset = 2
		f.diff("error", &event.TrimmedError{Position: at, LogStart: 6}, trimmed)
		at.Offset = 6
		m.Seek(at)
		var got []string
		for len(got) < 4 {
			records, err := m.Poll(f.ctx, 10)
			if err != nil && !errors.As(err, &trimmed) { // one may have been on its way
				f.Fatal(err)
			}
			got = append(got, values(records)...)
		}
		m.Release()
		f.diff("values after Seek", []string{"6", "7", "8", "9"}, got)
	})
}

func TestReplacedTopicIsToldOnceAndReadFromItsStart(t *testing.T) {
	each(t, func(f *fixture) {
		topic, group, o := f.topic(event.Topic{}), realservers.TopicName(f, "group"), newOwner()
		old := f.write(numbered(topic, 5)...)[0]
		m := f.join(group, o, topic)
		f.poll(m, 5)
		f.told(o)
		f.replace(topic, 1)
		f.write(record(topic, "k", "new"))
		var errs []error
		var got []*event.Record
		for len(got) == 0 {
			records, err := m.Poll(f.ctx, 10)
			if err != nil {
				f.must(f.ctx.Err())
				errs = append(errs, err)
			}
			got = append(got, records...)
		}
		m.Release()
		if len(errs) != 1 || !errors.Is(errs[0], event.ErrReplaced) || !strings.Contains(errs[0].Error(), topic) {
			f.Errorf("errors of Poll are %v, want one ErrReplaced that names %s", errs, topic)
		}
		f.diff("values", []string{"new"}, values(got))
		f.diff("first call", "lost", f.told(o).what)
		again := f.told(o).assignments
		if len(again) != 1 || again[0].TopicID == old.TopicID || again[0].Offset != 0 || got[0].TopicID != again[0].TopicID {
			f.Errorf("assigned again: %+v, want offset 0 of the new topic, whose records have its id", again)
		}
	})
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

func TestMissingTopicIsNotJoined(t *testing.T) {
	each(t, func(f *fixture) {
		topic := realservers.TopicName(f, "missing")
		_, err := f.Join(f.ctx, event.Membership{Group: "g", Topics: []string{topic}, Owner: newOwner()})
		if !errors.Is(err, event.ErrNoTopic) || !strings.Contains(err.Error(), topic) {
			f.Errorf("join: %v, want ErrNoTopic with the name %s", err, topic)
		}
	})
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

func TestPollEndsWithItsContext(t *testing.T) {
	each(t, func(f *fixture) {
		topic, o := f.topic(event.Topic{}), newOwner()
		m := f.join(realservers.TopicName(f, "group"), o, topic)
		ctx, cancel := context.WithCancel(f.ctx)
		cancel()
		if _, err := m.Poll(ctx, 1); !errors.Is(err, context.Canceled) {
			f.Errorf("poll: %v, want the context's error", err)
		}
	})
}
