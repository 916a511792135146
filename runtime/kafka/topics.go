package kafka

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

const (
	askTimeout  = 5 * time.Second // for the settings of a topic; then guesses do, since an outage must not block the first Send
	guessAge    = time.Second     // after which guesses are checked
	refreshAge  = 5 * time.Second // an oversize record does not make younger answers be checked
	smallestCap = 512             // bytes of a batch; kgo takes none below, and none above the next
	largestCap  = 1 << 30
)

// facts are what a sender must know of a topic.
type facts struct {
	id        event.TopicID
	limit     int // bytes of a batch: max.message.bytes
	compacted bool
	guessed   bool // the topic is missing or the broker did not answer
	asked     time.Time
}

// topics knows the topics that were sent to.
type topics struct {
	client *Client
	limit  int // of the user's client, where the topic's may not be read
	young  time.Duration
	known  sync.Map // name to *facts

	mu     sync.Mutex
	asking map[string]chan struct{} // closed when the answer is known
}

func newTopics(c *Client) *topics {
	return &topics{client: c, limit: int(option[int32](c.user, kgo.ProducerBatchMaxBytes)), young: refreshAge, asking: map[string]chan struct{}{}}
}

// get returns what is known of the topic, asking if that is nothing. The error is the context's.
func (t *topics) get(ctx context.Context, name string) (*facts, error) {
	if f := t.peek(name); f != nil && (!f.guessed || time.Since(f.asked) < guessAge) {
		return f, nil
	}
	return t.ask(ctx, name)
}

// refresh asks again, unless the answer came after since.
func (t *topics) refresh(ctx context.Context, name string, since time.Time) (*facts, error) {
	if f := t.peek(name); f != nil && f.asked.After(since) {
		return f, nil
	}
	return t.ask(ctx, name)
}

func (t *topics) forget(name string) { t.known.Delete(name) }

func (t *topics) peek(name string) *facts {
	f, _ := t.known.Load(name)
	known, _ := f.(*facts)
	return known
}

// ask asks once for all who want to know at the same time.
func (t *topics) ask(ctx context.Context, name string) (*facts, error) {
	t.mu.Lock()
	answered, ok := t.asking[name]
	if !ok {
		answered = make(chan struct{})
		t.asking[name] = answered
		go t.learn(context.WithoutCancel(ctx), name, answered)
	}
	t.mu.Unlock()
	select {
	case <-answered:
		return t.peek(name), nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (t *topics) learn(ctx context.Context, name string, answered chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	f := t.factsOf(ctx, name)
	t.known.Store(name, f)
	t.client.producers.limitIs(name, f.limit)
	t.mu.Lock()
	delete(t.asking, name)
	t.mu.Unlock()
	close(answered)
}

func (t *topics) factsOf(ctx context.Context, name string) *facts {
	f := &facts{limit: t.limit, asked: time.Now()}
	meta, err := t.client.metadata(ctx, name)
	if err != nil {
		f.guessed = true
		return f
	}
	f.id = meta.TopicID
	settings, err := t.client.settings(ctx, name)
	if err != nil {
		// Without the right to read settings the client's own limit holds for good.
		f.guessed = !errors.Is(err, kerr.TopicAuthorizationFailed)
		return f
	}
	if n, err := strconv.Atoi(settings["max.message.bytes"].MaybeValue()); err == nil {
		f.limit = max(smallestCap, min(n, largestCap))
	}
	f.compacted = compactionOf(settings["cleanup.policy"].MaybeValue()) != event.NoCompaction
	return f
}

// settings returns the settings of a topic by name.
func (c *Client) settings(ctx context.Context, topic string) (map[string]*kadm.Config, error) {
	answers, err := c.admin.DescribeTopicConfigs(ctx, topic)
	if err != nil {
		return nil, err
	}
	answer, err := answers.On(topic, nil)
	if err == nil {
		err = answer.Err
	}
	if err != nil {
		return nil, err
	}
	settings := make(map[string]*kadm.Config, len(answer.Configs))
	for i := range answer.Configs {
		settings[answer.Configs[i].Key] = &answer.Configs[i]
	}
	return settings, nil
}
