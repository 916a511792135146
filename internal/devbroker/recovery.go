package devbroker

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// abortOpenTransactions writes the abort markers that a crash kept from being written. Kfake counts such transactions as
// aborted when it loads them, but without a marker in the log readers also drop what the same producer commits later.
func abortOpenTransactions(ctx context.Context, cl *kgo.Client) error {
	admin := kadm.NewClient(cl)
	topics, err := admin.ListTopics(ctx)
	if err != nil {
		return fmt.Errorf("list topics: %w", err)
	}
	if len(topics) == 0 {
		return nil
	}
	transactions, err := admin.DescribeTransactions(ctx)
	if err != nil {
		return fmt.Errorf("describe transactions: %w", err)
	}
	for _, t := range transactions {
		if err := abort(ctx, admin, t, topics.TopicsSet()); err != nil {
			return err
		}
	}
	return nil
}

// abort marks every partition: which of them the producer had written to is not kept over a crash, and a marker too many is harmless.
func abort(ctx context.Context, admin *kadm.Client, t kadm.DescribedTransaction, topics kadm.TopicsSet) error {
	answers, err := admin.WriteTxnMarkers(ctx, kadm.TxnMarkers{ProducerID: t.ProducerID, ProducerEpoch: t.ProducerEpoch, Topics: topics})
	if err != nil {
		return fmt.Errorf("abort transaction %s: %w", t.TxnID, err)
	}
	var failed error
	answers.EachPartition(func(p kadm.TxnMarkersPartitionResponse) {
		if p.Err != nil {
			failed = fmt.Errorf("abort transaction %s in %s/%d: %w", t.TxnID, p.Topic, p.Partition, p.Err)
		}
	})
	return failed
}
