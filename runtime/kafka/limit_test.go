package kafka_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
)

func TestOnlyTheOversizeRecordFails(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Config: map[string]string{"max.message.bytes": "65536"}})
		var records []*event.Record
		for i := range 20 {
			records = append(records, noise(topic, strconv.Itoa(i), 10_000))
		}
		records[7] = noise(topic, "big", 70_000)
		records[7].Headers = event.Headers{{Key: event.HeaderType, Value: []byte("acme.Order")}}
		for i, o := range f.send(records...) {
			var large *event.TooLargeError
			switch {
			case i == 7 && !errors.As(o.err, &large):
				f.Errorf("oversize record: %v, want a TooLargeError", o.err)
			case i == 7:
				f.diff("error", &event.TooLargeError{Event: "acme.Order", Key: `"big"`, Size: large.Size, Limit: 65536}, large)
			case o.err != nil:
				f.Errorf("record %d: %v", i, o.err)
			}
		}
	})
}

// noise returns a record whose value does not compress.
func noise(topic, key string, size int) *event.Record {
	r := record(topic, key, "")
	r.Value = make([]byte, size)
	_, _ = rand.Read(r.Value)
	return r
}

func TestRecordOfExactlyTheLimitIsWritten(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Config: map[string]string{"max.message.bytes": "65536"}})
		var large *event.TooLargeError
		probe := f.send(noise(topic, "k", 65536))[0]
		if !errors.As(probe.err, &large) {
			f.Fatalf("65536 bytes: %v, want a TooLargeError", probe.err)
		}
		fits := 65536 - (large.Size - 65536)
		r := noise(topic, "k", fits)
		r.Compression = event.Uncompressed
		f.must(f.send(r)[0].err)
		if o := f.send(noise(topic, "k", fits+1))[0]; !errors.As(o.err, &large) || large.Size != 65537 {
			f.Errorf("one byte more: %v, want a TooLargeError of 65537 bytes", o.err)
		}
	})
}

func TestLoweredLimitFailsOnlyWhatIsOverIt(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Config: map[string]string{"max.message.bytes": "65536"}})
		f.write(noise(topic, "first", 10))
		f.alter(topic, "max.message.bytes", "16384")
		f.awaitLimit(topic, 20_000)
		for round := range 3 {
			var records []*event.Record
			for i := range 40 {
				records = append(records, noise(topic, fmt.Sprint(round, i), 2000))
			}
			records[20] = noise(topic, "big", 20_000)
			for i, o := range f.send(records...) {
				var large *event.TooLargeError
				if i == 20 && (!errors.As(o.err, &large) || large.Limit != 16384) {
					f.Errorf("round %d: record over the new limit: %v, want a TooLargeError with limit 16384", round, o.err)
				}
				if i != 20 && o.err != nil {
					f.Errorf("round %d, record %d: %v", round, i, o.err)
				}
			}
		}
	})
}

// awaitLimit returns when the broker refuses records of size bytes, which another client finds out: a broker answers before its
// settings are in force.
func (f *fixture) awaitLimit(topic string, size int) {
	f.Helper()
	var large *event.TooLargeError
	other, err := kafka.New(f.user)
	f.must(err)
	defer other.Close(f.ctx)
	for outcome := error(nil); !errors.As(outcome, &large); {
		reported := make(chan error, 1)
		other.Send(f.ctx, noise(topic, "other", size), func(_ event.Receipt, err error) { reported <- err })
		outcome = <-reported
	}
}

func TestRaisedLimitIsNoticed(t *testing.T) {
	each(t, func(f *fixture) {
		kafka.RecheckAtOnce(f.Client)
		topic := f.topic(event.Topic{Config: map[string]string{"max.message.bytes": "65536"}})
		var large *event.TooLargeError
		if o := f.send(noise(topic, "k", 100_000))[0]; !errors.As(o.err, &large) {
			f.Fatalf("record over the limit: %v, want a TooLargeError", o.err)
		}
		f.write(noise(topic, "k", 1000)) // kgo now keeps to the old limit
		f.alter(topic, "max.message.bytes", "200000")
		for o := f.send(noise(topic, "k", 100_000))[0]; o.err != nil; o = f.send(noise(topic, "k", 100_000))[0] {
			if !errors.As(o.err, &large) {
				f.Fatal(o.err)
			}
		}
	})
}
