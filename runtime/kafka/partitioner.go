package kafka

import "github.com/twmb/franz-go/pkg/kgo"

// partitioner places records as Kafka's Java client does: murmur2 of the key, or of the partition key where there is one; records without a key
// fill one partition after the other.
type partitioner struct{ byKey kgo.Partitioner }

func newPartitioner() partitioner {
	const stay = 64 << 10 // bytes without a key that go to one partition before the next has its turn, kgo's default
	return partitioner{kgo.UniformBytesPartitioner(stay, true, true, nil)}
}

// ForTopic returns the partitioner of one topic.
func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	t := &topicPartitioner{TopicPartitioner: p.byKey.ForTopic(topic)}
	t.backup, _ = t.TopicPartitioner.(kgo.TopicBackupPartitioner)
	return t
}

// topicPartitioner is used by one goroutine at a time.
type topicPartitioner struct {
	kgo.TopicPartitioner
	backup kgo.TopicBackupPartitioner
	keyed  kgo.Record // stands in for a record with a partition key
}

// RequiresConsistency says that records with a key go to their partition even when it is down.
func (p *topicPartitioner) RequiresConsistency(r *kgo.Record) bool {
	return p.TopicPartitioner.RequiresConsistency(p.standIn(r))
}

// PartitionByBackup returns the partition of r among n.
func (p *topicPartitioner) PartitionByBackup(r *kgo.Record, n int, backup kgo.TopicBackupIter) int {
	return p.backup.PartitionByBackup(p.standIn(r), n, backup)
}

func (p *topicPartitioner) standIn(r *kgo.Record) *kgo.Record {
	s, ok := r.Context.Value(sendingKey{}).(*sending)
	if !ok {
		return r
	}
	s.placed = true
	if s.source.PartitionKey == nil {
		return r
	}
	p.keyed.Key = s.source.PartitionKey
	return &p.keyed
}
