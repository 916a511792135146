package program

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/produce"
	"github.com/evgen-dev/evgen/runtime/view"
)

// Event is a generated event without its type parameters.
type Event struct {
	contract *event.Contract
	publish  func(ctx context.Context, sink event.Sink, text string) (event.Receipt, error)
	handle   func(*journal) consume.Case
	view     func(ctx context.Context, source event.Source) ([]string, error)
	show     func(*event.Record) string
}

// Of returns e as the commands use it.
func Of[K any, M proto.Message](e *event.Event[K, M]) Event {
	return Event{
		contract: e.Contract(),
		publish: func(ctx context.Context, sink event.Sink, text string) (event.Receipt, error) {
			var none M
			m := none.ProtoReflect().New().Interface().(M)
			if err := protojson.Unmarshal([]byte(text), m); err != nil {
				return event.Receipt{}, err
			}
			return produce.New(sink, e).Publish(ctx, m)
		},
		handle: func(j *journal) consume.Case {
			return consume.On(e, func(_ context.Context, _ *sql.Tx, d *event.Delivery[K, M]) error {
				j.note(d.Position, line(d.Key, d.Message))
				return nil
			})
		},
		view: func(ctx context.Context, source event.Source) ([]string, error) { return lines(ctx, source, e) },
		show: func(r *event.Record) string {
			m, err := e.Decode(r)
			if err != nil {
				return err.Error()
			}
			return line(keyText(r.Key), m)
		},
	}
}

// name is the last part of the event's name.
func (e Event) name() string { return e.contract.Name[strings.LastIndex(e.contract.Name, ".")+1:] }

// lines is what a view shows, sorted.
func lines[K any, M proto.Message](ctx context.Context, source event.Source, e *event.Event[K, M]) ([]string, error) {
	v, err := view.Open(ctx, source, e)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	var all []string
	for key, m := range v.All() {
		all = append(all, line(key, m))
	}
	slices.Sort(all)
	return all, nil
}

// keyText is a record's key, which may be no text.
func keyText(key []byte) string { return strings.Trim(event.TextOf(key), `"`) }

// line shows a message under its key.
func line[K any](key K, m proto.Message) string {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return err.Error()
	}
	var compact bytes.Buffer // protojson puts spaces where it likes
	if err := json.Compact(&compact, text); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%v %s", key, &compact)
}

func (i *instance) publish(ctx context.Context, name string, messages []string) error {
	e, err := i.open(ctx, name)
	if err != nil {
		return err
	}
	for _, text := range messages {
		r, err := e.publish(ctx, aged{i.broker, i.age}, text)
		if err != nil {
			return err
		}
		if err := i.print([]string{fmt.Sprintf("%s %d@%d", keyText(r.Key), r.Partition, r.Offset)}); err != nil {
			return err
		}
	}
	return nil
}

// aged is a sink whose records are older than they are.
type aged struct {
	event.Sink
	age time.Duration
}

func (a aged) Send(ctx context.Context, r *event.Record, done func(event.Receipt, error)) {
	r.Time = time.Now().Add(-a.age)
	a.Sink.Send(ctx, r, done)
}

func (i *instance) view(ctx context.Context, name string, _ []string) error {
	e, err := i.open(ctx, name)
	if err != nil {
		return err
	}
	all, err := e.view(ctx, i.broker)
	if err != nil {
		return err
	}
	return i.print(all)
}
