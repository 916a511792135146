package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
)

func TestOutageDelaysAndLosesNothing(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Partitions: 2})
		f.write(record(topic, "k", "first"))
		f.line.cut()
		const records = 500
		failures := make(chan error, records)
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for i := range records {
				f.Send(f.ctx, record(topic, fmt.Sprint(i%5), strconv.Itoa(i)), func(_ event.Receipt, err error) { failures <- err })
			}
		}()
		f.awaitFull(topic)
		f.line.mend()
		<-sent
		for range records {
			f.must(<-failures)
		}
		last := map[string]int{}
		count := 0
		for _, r := range f.contents(topic) {
			i, err := strconv.Atoi(string(r.Value))
			if err != nil {
				continue
			}
			count++
			if before, ok := last[string(r.Key)]; ok && before >= i {
				f.Errorf("key %s: %d came after %d", r.Key, i, before)
			}
			last[string(r.Key)] = i
		}
		f.diff("records", records, count)
	}, kgo.MaxBufferedRecords(100))
}

// awaitFull returns when Send blocks: a context that has ended is then what it reports, and its record is not written.
func (f *fixture) awaitFull(topic string) {
	f.Helper()
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	for {
		refused := make(chan error, 1)
		f.Send(ended, record(topic, "waiting", "none"), func(_ event.Receipt, err error) { refused <- err })
		select {
		case err := <-refused:
			if !errors.Is(err, context.Canceled) {
				f.Fatalf("send without room: %v, want the context's error", err)
			}
			return
		default: // under way
		}
	}
}

func TestCallerWhoGivesUpTakesNobodyAlong(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(record(topic, "k", "first"))
		f.line.cut()
		outcomes := make(chan error, 10)
		ctx, cancel := context.WithCancel(f.ctx)
		for i := range 10 {
			own := f.ctx
			if i == 0 { // kgo looks at the context of the first record of a batch
				own = ctx
			}
			f.Send(own, record(topic, strconv.Itoa(i), strconv.Itoa(i)), func(_ event.Receipt, err error) { outcomes <- err })
		}
		cancel()
		f.line.mend()
		for range 10 {
			f.must(<-outcomes)
		}
		f.diff("records", 11, len(f.contents(topic)))
	})
}

func TestSendAfterCloseFails(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(record(topic, "k", "v"))
		f.must(f.Close(f.ctx))
		if err := f.send(record(topic, "k", "v"))[0].err; err == nil {
			f.Error("a closed client took a record")
		}
	})
}

func TestCloseGivesUpWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	f := connect(t, realservers.Embedded(t))
	topic := f.topic(event.Topic{})
	f.write(record(topic, "k", "v"))
	f.line.cut()
	outcome := make(chan error, 1)
	f.Send(f.ctx, record(topic, "k", "v"), func(_ event.Receipt, err error) { outcome <- err })
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	if err := f.Close(ended); !errors.Is(err, event.ErrUnknown) {
		t.Errorf("close during an outage: %v, want ErrUnknown", err)
	}
	if err := <-outcome; !errors.Is(err, event.ErrUnknown) {
		t.Errorf("record under way: %v, want ErrUnknown", err)
	}
	f.line.mend()
}
