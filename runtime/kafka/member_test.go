package kafka_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
)

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

func TestMissingTopicIsNotJoined(t *testing.T) {
	each(t, func(f *fixture) {
		topic := realservers.TopicName(f, "missing")
		_, err := f.Join(f.ctx, event.Membership{Group: "g", Topics: []string{topic}, Owner: newOwner()})
		if !errors.Is(err, event.ErrNoTopic) || !strings.Contains(err.Error(), topic) {
			f.Errorf("join: %v, want ErrNoTopic with the name %s", err, topic)
		}
	})
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
