package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// defaultMaxBufferedBytes bounds what waits to be acknowledged when the user's client sets no MaxBufferedBytes. During an
// outage the process needs up to four times as much memory.
const defaultMaxBufferedBytes = 256 << 20

var errClosed = errors.New("the kafka client is closed")

var _ event.Broker = (*Client)(nil)

// Client is an [event.Broker] on Kafka. It is safe for concurrent use.
type Client struct {
	user      *kgo.Client // of the application: asked, never consumed from or produced with, never closed
	admin     *kadm.Client
	keys      *event.Keys
	room      *room
	topics    *topics
	producers *producers

	mu     sync.Mutex
	closed bool
	open   map[closer]struct{} // members and followers
}

type closer interface{ Close(context.Context) error }

// New returns a broker that connects as cl does: its addresses, TLS, SASL, hooks, timeouts and buffer limits are inherited by
// the clients that New's result makes for itself. It keeps cl for requests about topics and groups; close cl after the result.
//
// The error names what cl is configured for that clients of evgen cannot share: a group, topics, a transactional id.
func New(cl *kgo.Client) (*Client, error) {
	if err := checkOptions(cl); err != nil {
		return nil, err
	}
	bytes := option[int64](cl, kgo.MaxBufferedBytes)
	if bytes == 0 {
		bytes = defaultMaxBufferedBytes
	}
	c := &Client{
		user:  cl,
		admin: kadm.NewClient(cl),
		keys:  event.NewKeys(bytes),
		room:  newRoom(option[int64](cl, kgo.MaxBufferedRecords), bytes),
		open:  map[closer]struct{}{},
	}
	c.topics = newTopics(c)
	c.producers = newProducers(c)
	return c, nil
}

// Keys orders the records of each key over all producers of the client.
func (c *Client) Keys() *event.Keys { return c.keys }

// Close waits until what was sent is acknowledged, leaves the groups that members did not leave, and closes the clients that
// it made; not the one given to [New]. When ctx ends first, records that are still under way are given up: each is reported
// with [event.ErrUnknown], and so is the error.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	open := make([]closer, 0, len(c.open))
	for x := range c.open {
		open = append(open, x)
	}
	c.mu.Unlock()
	var errs []error
	for _, x := range open {
		errs = append(errs, x.Close(ctx))
	}
	c.room.shut()
	if err := c.room.drained(ctx); err != nil {
		errs = append(errs, fmt.Errorf("close kafka client: %w: %w", event.ErrUnknown, err))
	}
	c.producers.close()
	return errors.Join(errs...)
}

// fetchMaxWait is the Java client's default. With kgo's 5 s, a partition whose position moved while a fetch was waiting would be read
// that much later.
const fetchMaxWait = 500 * time.Millisecond

// derive returns a client that connects as the user's does.
func (c *Client) derive(opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(slices.Concat([]kgo.Opt{kgo.FetchMaxWait(fetchMaxWait)}, c.user.Opts(), opts)...)
}

// adopt has Close close x too. It fails when the client is closed already.
func (c *Client) adopt(x closer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	c.open[x] = struct{}{}
	return nil
}

func (c *Client) forget(x closer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, x)
}

// checkOptions refuses what cannot be taken back by a later option, because it would turn against the derived clients.
func checkOptions(cl *kgo.Client) error {
	group := option[string](cl, kgo.ConsumerGroup)
	share := option[string](cl, kgo.ShareGroup)
	transactional := option[string](cl, kgo.TransactionalID)
	switch {
	case group != "":
		return refuse("ConsumerGroup %q: groups are joined with Client.Join", group)
	case share != "":
		return refuse("ShareGroup %q: groups are joined with Client.Join", share)
	case transactional != "":
		return refuse("TransactionalID %q: keep transactions to a client of their own", transactional)
	case len(topicsOf(cl)) > 0:
		return refuse("topics to consume, %v: they are named in Client.Join and Client.Follow", topicsOf(cl))
	case option[bool](cl, kgo.ConsumeRegex):
		return refuse("ConsumeRegex: topics are named in Client.Join and Client.Follow")
	case option[bool](cl, kgo.DisableIdempotentWrite):
		return refuse("DisableIdempotentWrite: without it retries would write records twice and out of order")
	case option[bool](cl, kgo.ManualFlushing):
		return refuse("ManualFlushing: records are sent at once")
	case option[bool](cl, kgo.DefaultProduceTopicAlways):
		return refuse("DefaultProduceTopicAlways: every event has a topic of its own")
	case serverSide(cl) && instanceID(cl) != "":
		return refuse("InstanceID %q together with ServerSideBalancer: a restarted static member would be locked out until its session ends; drop one of them", instanceID(cl))
	}
	return nil
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("use kgo client: it has "+format+"; give kafka.New a client without it", args...)
}

func topicsOf(cl *kgo.Client) []string {
	topics := slices.Collect(maps.Keys(option[map[string]*regexp.Regexp](cl, kgo.ConsumeTopics)))
	for topic := range option[map[string]map[int32]kgo.Offset](cl, kgo.ConsumePartitions) {
		topics = append(topics, topic)
	}
	slices.Sort(topics)
	return topics
}

func serverSide(cl *kgo.Client) bool   { return option[bool](cl, kgo.ServerSideBalancer) }
func instanceID(cl *kgo.Client) string { return option[string](cl, kgo.InstanceID) }

// option returns the value of an option, zero when its type is another one.
func option[T any](cl *kgo.Client, opt any) T {
	v, _ := cl.OptValue(opt).(T)
	return v
}

// clampInt32 is for sizes that Kafka's settings keep in more bits than its protocol.
func clampInt32(n int64) int32 { return int32(max(0, min(n, math.MaxInt32))) }
