package kafka_test

import (
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
)

func commitOf(at event.Position, offset int64, metadata string) event.Commit {
	at.Offset = offset
	return event.Commit{Position: at, LeaderEpoch: -1, Metadata: metadata}
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
