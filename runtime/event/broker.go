package event

import "context"

// Sink takes records to a log.
type Sink interface {
	// Send hands r over and may block while the sink is full; it keeps r until done. done runs exactly once, on another
	// goroutine, also when Send is given up. The context bounds only the wait for room: its cancellation
	// does not recall a record. Its values (a span, a partition) may be used.
	Send(ctx context.Context, r *Record, done func(Receipt, error))
	// Keys orders the records of each key over all producers of the sink.
	Keys() *Keys
}

// Source reads topics.
type Source interface {
	// Join enters a consumer group.
	Join(context.Context, Membership) (Member, error)
	// Follow reads all partitions of a topic from their start, outside any group, transactions that committed only.
	Follow(ctx context.Context, topic string) (Follower, error)
	// Topic says how the topic really is. The error is [ErrNoTopic] when there is none.
	Topic(ctx context.Context, name string) (Topic, error)
}

// Broker is a whole log: it is written, read, and given topics.
type Broker interface {
	Sink
	Source
	// CreateTopics creates those that are missing and leaves existing ones as they are.
	CreateTopics(context.Context, ...Topic) error
}

// Membership is what a member tells when it joins.
type Membership struct {
	Group  string
	Topics []string
	Owner  Owner
}

// Owner hears which partitions a member holds. Calls never overlap, and none comes between Poll and Release.
type Owner interface {
	// Assigned may move an assignment by setting its Offset.
	Assigned(context.Context, []Assignment) error
	// Revoked is the last chance to commit. It may name partitions that were never assigned.
	Revoked(context.Context, []Position) error
	// Lost says that others may own the partitions already: nothing may be committed.
	Lost([]Position)
}

// Assignment is one partition given to a member. Its Offset is the next to read: the committed one, or the start of the log.
type Assignment struct {
	Position
	Start     int64  // first offset that the log still holds
	Committed bool   // false: the group has no commit for the partition
	Metadata  string // of that commit
}

// Member is a live member of a group. Poll and Release belong to one goroutine; the others are safe for concurrent use.
type Member interface {
	// Poll waits for records, at most n. No partition moves until Release. An error (a [*TrimmedError], a broken topic) does not end
	// the membership; back off before the next call, since it may come back at once.
	Poll(ctx context.Context, n int) ([]*Record, error)
	Release()
	// Pause stops fetching the partitions, and forgets what was fetched of them but not polled.
	Pause(...Position)
	Resume(...Position)
	// Seek moves the next poll of each partition to its Offset.
	Seek(...Position)
	// Commit stores next offsets. The error is [ErrFenced] when the group no longer counts the member.
	Commit(context.Context, []Commit) error
	// Close leaves the group; Revoked is called before.
	Close(context.Context) error
}

// Commit is the next offset of a partition for a group.
type Commit struct {
	Position
	LeaderEpoch int32
	Metadata    string // at most 4096 characters; dropped when the broker refuses it
}

// Follower reads all partitions of one topic. It is used by one goroutine.
type Follower interface {
	Partitions() []Partition
	Poll(context.Context) (Batch, error)
	Close() error
}

// Partition is where a follower starts, and how far it must come to have seen what was there at opening.
type Partition struct {
	Position
	End int64 // last stable offset at opening
}

// Batch is what a follower read. Next is the next offset per partition, past transaction markers and empty
// batches, which carry no record but count as progress.
type Batch struct {
	Records []*Record
	Next    map[int32]int64
}
