package kafka

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// producers are the clients that write. There is one per compression codec, since a client has one codec, and one for records
// that are sent alone.
type producers struct {
	client *Client
	pool   *sync.Pool
	limits sync.Map // topic to the int limit that kgo was told, and keeps

	mu      sync.Mutex
	closed  bool
	byCodec [len(codecs)]atomic.Pointer[kgo.Client]
	renewed atomic.Int64 // how often all of them were replaced
	single  *kgo.Client
	lonely  map[partition][]*sending

	ending  context.Context // ends when close begins
	end     context.CancelFunc
	retired sync.WaitGroup
}

type partition struct {
	topic  string
	number int32
}

// codecs are in the order of [event.Compression].
var codecs = [...]func() kgo.CompressionCodec{
	event.Zstd:         kgo.ZstdCompression,
	event.Uncompressed: kgo.NoCompression,
	event.Gzip:         kgo.GzipCompression,
	event.Snappy:       kgo.SnappyCompression,
	event.LZ4:          kgo.Lz4Compression,
}

func newProducers(c *Client) *producers {
	p := &producers{client: c, pool: newSendings(), lonely: map[partition][]*sending{}}
	p.ending, p.end = context.WithCancel(context.Background())
	return p
}

func (p *producers) produce(s *sending) {
	s.renewed = p.renewed.Load()
	cl, err := p.of(s.source.Compression)
	if err != nil {
		go s.finish(&s.record, err)
		return
	}
	cl.Produce(s, &s.record, s.promise)
}

// of returns the client of a codec; an unknown codec is the default one.
func (p *producers) of(c event.Compression) (*kgo.Client, error) {
	if int(c) >= len(codecs) {
		c = event.Zstd
	}
	if cl := p.byCodec[c].Load(); cl != nil {
		return cl, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if cl := p.byCodec[c].Load(); cl != nil {
		return cl, nil
	}
	if p.closed {
		return nil, errClosed
	}
	cl, err := p.open(codecs[c](), kgo.RecordPartitioner(newPartitioner()))
	if err != nil {
		return nil, err
	}
	p.byCodec[c].Store(cl)
	return cl, nil
}

func (p *producers) open(codec kgo.CompressionCodec, opts ...kgo.Opt) (*kgo.Client, error) {
	return p.client.derive(append(opts,
		kgo.ProducerBatchCompression(codec, kgo.NoCompression()),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		// Batches fill while a request is under way, so waiting for more records gains nothing under load and costs
		// milliseconds without: 0.26 against 6.2 ms from end to end at 1000 records a second.
		kgo.ProducerLinger(0),
		// Room bounds what waits.
		kgo.MaxBufferedRecords(math.MaxInt32), kgo.MaxBufferedBytes(0),
		// An end to retries would fail, once the broker is back, all that it missed.
		kgo.RecordDeliveryTimeout(0), kgo.RecordRetries(math.MaxInt),
		kgo.ProducerBatchMaxBytesFn(p.batchLimit),
		kgo.ProducerOnDataLossDetected(p.lossDetector()),
	)...)
}

// batchLimit is asked once per topic and client, when the topic's partitions become known.
func (p *producers) batchLimit(topic string) int32 {
	limit := p.client.topics.limit
	if f := p.client.topics.peek(topic); f != nil {
		limit = f.limit
	}
	if topic != "" {
		p.limits.Store(topic, limit)
	}
	return clampInt32(int64(limit))
}

// limitIs replaces the clients when they were told another limit.
func (p *producers) limitIs(topic string, limit int) {
	if told, ok := p.limits.Load(topic); ok && told != limit {
		p.renew(p.renewed.Load())
	}
}

// renew replaces all clients, unless that has been done since. What the old ones hold they still write; kgo's own way, to purge a
// topic, would fail it.
func (p *producers) renew(seen int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || !p.renewed.CompareAndSwap(seen, seen+1) {
		return
	}
	p.limits.Clear()
	for i := range p.byCodec {
		p.retire(p.byCodec[i].Swap(nil))
	}
	p.retire(p.single)
	p.single = nil
}

// retire closes a client when it has written what it holds.
func (p *producers) retire(cl *kgo.Client) {
	if cl == nil {
		return
	}
	p.retired.Go(func() {
		_ = cl.Flush(p.ending) // the error is that of ending, and close reports what is lost
		cl.Close()
	})
}

// close fails what is still under way.
func (p *producers) close() {
	p.mu.Lock()
	p.closed = true
	p.end()
	for i := range p.byCodec {
		p.retire(p.byCodec[i].Swap(nil))
	}
	p.retire(p.single)
	p.single = nil
	p.mu.Unlock()
	p.retired.Wait()
	_ = p.client.room.drained(context.Background()) // the clients are closed, so every promise comes
}

// lossDetector tells of a broker that lost acknowledged records, or forgot the producer: records may be there twice.
func (p *producers) lossDetector() func(string, int32) {
	theirs := option[func(string, int32)](p.client.user, kgo.ProducerOnDataLossDetected)
	return func(topic string, partition int32) {
		slog.Warn("kafka: the broker forgot what this producer wrote; records may be lost or doubled", "topic", topic, "partition", partition)
		if theirs != nil {
			theirs(topic, partition)
		}
	}
}
