package kafka_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
)

// The broker throws records away, so these compare what clients cost.

func BenchmarkSend(b *testing.B) {
	user, topic := benchBroker(b)
	c, err := kafka.New(user)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.Background())
	headers := event.Headers{{Key: "ce_type", Value: []byte("acme.Order")}, {Key: "ce_source", Value: []byte("/orders")}}
	value, keys := make([]byte, 200), benchKeys()
	var wg sync.WaitGroup
	done := func(_ event.Receipt, err error) {
		if err != nil {
			b.Error(err)
		}
		wg.Done()
	}
	b.ReportAllocs()
	for i := range b.N {
		wg.Add(1)
		c.Send(b.Context(), &event.Record{Position: event.Position{Topic: topic}, Key: keys[i%len(keys)], Value: value, Headers: headers, Compression: event.Snappy}, done)
	}
	wg.Wait()
}

func BenchmarkFranzGo(b *testing.B) {
	user, topic := benchBroker(b)
	headers := []kgo.RecordHeader{{Key: "ce_type", Value: []byte("acme.Order")}, {Key: "ce_source", Value: []byte("/orders")}}
	value, keys := make([]byte, 200), benchKeys()
	var wg sync.WaitGroup
	done := func(_ *kgo.Record, err error) {
		if err != nil {
			b.Error(err)
		}
		wg.Done()
	}
	b.ReportAllocs()
	for i := range b.N {
		wg.Add(1)
		user.Produce(b.Context(), &kgo.Record{Topic: topic, Key: keys[i%len(keys)], Value: value, Headers: headers}, done)
	}
	wg.Wait()
}

// BenchmarkLatency is one record at a time, from Send to done.
func BenchmarkLatency(b *testing.B) {
	user, topic := benchBroker(b)
	c, err := kafka.New(user)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.Background())
	key, value := []byte("k"), make([]byte, 200)
	for range b.N {
		written := make(chan error, 1)
		c.Send(b.Context(), &event.Record{Position: event.Position{Topic: topic}, Key: key, Value: value}, func(_ event.Receipt, err error) { written <- err })
		if err := <-written; err != nil {
			b.Fatal(err)
		}
	}
}

func benchKeys() [][]byte {
	keys := make([][]byte, 1000)
	for i := range keys {
		keys[i] = []byte("key-" + strconv.Itoa(i))
	}
	return keys
}

func benchBroker(b *testing.B) (*kgo.Client, string) {
	b.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.BlackholeProduce(), kfake.SeedTopics(8, "bench"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(cluster.Close)
	user, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.MetadataMinAge(20*time.Millisecond))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(user.Close)
	return user, "bench"
}
