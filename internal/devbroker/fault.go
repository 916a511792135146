package devbroker

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// FailNext answers the next n requests of a kind with err, without doing what they ask.
func (b *Broker) FailNext(n int, key kmsg.Key, err *kerr.Error) {
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{key}, Err: err, Count: n})
}

// DropCommit loses the next commit of the group: the member is told that its offsets are stored, and they are not, as when
// the process dies before it commits.
func (b *Broker) DropCommit(group string) {
	cluster := b.cluster
	cluster.ControlKey(kmsg.OffsetCommit.Int16(), func(r kmsg.Request) (kmsg.Response, error, bool) {
		commit := r.(*kmsg.OffsetCommitRequest)
		if commit.Group != group {
			return nil, nil, false
		}
		return stored(commit), nil, true
	})
}

// stored is the answer to a commit that succeeded.
func stored(r *kmsg.OffsetCommitRequest) kmsg.Response {
	answer := r.ResponseKind().(*kmsg.OffsetCommitResponse)
	for _, t := range r.Topics {
		topic := kmsg.NewOffsetCommitResponseTopic()
		topic.Topic, topic.TopicID = t.Topic, t.TopicID
		for _, p := range t.Partitions {
			partition := kmsg.NewOffsetCommitResponseTopicPartition()
			partition.Partition = p.Partition
			topic.Partitions = append(topic.Partitions, partition)
		}
		answer.Topics = append(answer.Topics, topic)
	}
	return answer
}

// Rebalance takes all members out of the group, as when their sessions time out: each loses what it holds, hears of it with
// its next heartbeat or commit, and joins again.
func (b *Broker) Rebalance(ctx context.Context, group string) error {
	members := b.cluster.GroupInfo(group)
	if members == nil || len(members.Members) == 0 {
		return fmt.Errorf("rebalance group %s: it has no members", group)
	}
	return b.withClient(func(_ context.Context, cl *kgo.Client) error {
		r := kmsg.NewPtrLeaveGroupRequest()
		r.Group = group
		for _, m := range members.Members {
			leaving := kmsg.NewLeaveGroupRequestMember()
			leaving.MemberID, leaving.InstanceID = m.MemberID, m.InstanceID
			r.Members = append(r.Members, leaving)
		}
		answer, err := r.RequestWith(ctx, cl)
		if err == nil {
			err = kerr.ErrorForCode(answer.ErrorCode)
		}
		if err != nil {
			return fmt.Errorf("rebalance group %s: %w", group, err)
		}
		return nil
	})
}
