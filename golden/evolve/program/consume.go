package program

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver of services

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// journal is what handlers wrote of the records that they were given.
type journal struct {
	mu    sync.Mutex
	notes map[event.Position]string
}

func (j *journal) note(at event.Position, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notes[at] = text
}

// consume handles all events of the topic, since a service has one route for it.
func (i *instance) consume(ctx context.Context, name string, args []string) (err error) {
	e, err := i.open(ctx, name)
	if err != nil {
		return err
	}
	db, err := i.database(ctx, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	j := &journal{notes: map[event.Position]string{}}
	var cases []consume.Case
	for _, other := range i.Events {
		if other.contract.Topic.Name == e.contract.Topic.Name {
			cases = append(cases, other.handle(j))
		}
	}
	observed, err := drain(ctx, i.broker, e.contract.Topic.Name, args[0], consume.NewRoute(db, nil, cases...))
	if err != nil {
		return err
	}
	return i.print(j.tell(observed))
}

// tell returns what became of each record, in the order of the log, e.g., applied o1 {"order":"o1"} customer=c1.
func (j *journal) tell(observed []consume.Observation) []string {
	slices.SortStableFunc(observed, func(a, b consume.Observation) int {
		return cmp.Or(cmp.Compare(a.Record.Partition, b.Record.Partition), cmp.Compare(a.Record.Offset, b.Record.Offset))
	})
	var told []string
	for _, o := range observed {
		text := keyText(o.Record.Key)
		switch o.Outcome {
		case event.Applied:
			text = j.notes[o.Record.Position] + attributes(o.Record.Headers)
		case event.Dead:
			text += ": " + reason(o.Err)
		}
		told = append(told, o.Outcome.String()+" "+text)
	}
	return told
}

// attributes are the headers that the contract of an event adds.
func attributes(headers event.Headers) string {
	var all strings.Builder
	for _, h := range headers {
		if !strings.HasPrefix(h.Key, "ce_") && h.Key != event.HeaderContentType {
			fmt.Fprintf(&all, " %s=%s", h.Key, h.Value)
		}
	}
	return all.String()
}

// reason leaves out where a record is, which its line says.
func reason(err error) string {
	if decode, ok := errors.AsType[*event.DecodeError](err); ok {
		err = decode.Err
	}
	return err.Error()
}

// database opens that of the service in args.
func (i *instance) database(ctx context.Context, args []string) (*sql.DB, error) {
	if len(args) == 0 {
		return nil, errors.New("open database: name the service")
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(i.dir, args[0]+".db")+
		"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	if err := sqldb.Migrate(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}
