package consume

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Route is what a group does with the records of one topic. It is an [Option] of any number of groups.
type Route struct {
	db        *sql.DB
	contracts []*event.Contract
	cases     []Case
	batch     *Batch
	policy    policy
}

// Batch is a handler of whole runs of a partition.
type Batch struct {
	Handler string // where its position is kept: grp of table evgen_offset, e.g., the name of a projection's table
	Max     int    // records per call; default 500
	// Apply handles rs, which follow each other in one partition, and returns what became of each; nil means that all were
	// applied. Their values are plain protobuf. tx also moves the position: when it is rolled back, the records come again, in
	// smaller batches if need be until the one that fails is found.
	Apply func(ctx context.Context, tx *sql.Tx, rs []*event.Record) ([]event.Outcome, error)
}

const defaultBatch = 500

// NewRoute returns the route of the one topic that all cases share. How often a record takes effect follows from the topic's
// events: with a revision it is applied if it is newer (or next), with an id once, and a command once until it expires, all of them
// key by key. Events with neither are handled in the order of their partition, whose position then lives in db: a database that
// does not know a partition gets all of it. With a nil db all cases must be of [Func] or [FuncDocument]. Mistakes are reported by
// [Group.Run].
func NewRoute(db *sql.DB, opts []RouteOption, cases ...Case) Route {
	r := Route{db: db, cases: cases}
	for _, c := range cases {
		r.contracts = append(r.contracts, c.contract)
	}
	for _, o := range opts {
		o.applyRoute(&r.policy)
	}
	return r
}

// NewBatchRoute returns a route that hands the records of c's topic to b, of whichever type they are: each partition in order, several
// partitions at the same time. A partition that db does not know is handled from its start, wherever the group is.
func NewBatchRoute(db *sql.DB, c *event.Contract, b Batch) Route {
	return Route{db: db, contracts: []*event.Contract{c}, batch: &b}
}

func (r Route) apply(g *Group) { g.routes = append(g.routes, r) }

// topic returns the name of the topic, empty for a route without cases.
func (r Route) topic() string {
	if len(r.contracts) == 0 {
		return ""
	}
	return r.contracts[0].Topic.Name
}

// check returns what is wrong with the route as it was written.
func (r Route) check() error {
	if len(r.contracts) == 0 {
		return errors.New("a route has no case: it would handle nothing")
	}
	if r.batch != nil {
		return r.checkBatch()
	}
	var errs []error
	first, seen := r.contracts[0], map[string]bool{}
	for _, c := range r.cases {
		errs = append(errs, r.checkCase(c, first))
		if seen[c.contract.Name] {
			errs = append(errs, fmt.Errorf("route of topic %s: event %s has two cases", first.Topic.Name, c.contract.Name))
		}
		seen[c.contract.Name] = true
	}
	return errors.Join(append(errs, r.policy.check(r))...)
}

func (r Route) checkBatch() error {
	if r.db == nil || r.batch.Apply == nil || r.batch.Handler == "" {
		return fmt.Errorf("batch route of topic %s: it needs a database, Handler and Apply", r.topic())
	}
	return nil
}

func (r Route) checkCase(c Case, first *event.Contract) error {
	name, topic := c.contract.Name, first.Topic.Name
	switch {
	case c.contract.Topic.Name != topic:
		return fmt.Errorf("route of topic %s: event %s lives on topic %s: give it a route of its own", topic, name, c.contract.Topic.Name)
	case guardKindOf(c.contract) != guardKindOf(first):
		return fmt.Errorf("route of topic %s: events %s and %s tell duplicates differently, by %s and by %s: events of one topic must agree",
			topic, first.Name, name, guardKindOf(first), guardKindOf(c.contract))
	case r.db == nil && c.effects == inTransaction:
		return fmt.Errorf("route of topic %s: the handler of %s needs a database: give one to NewRoute, or use Func", topic, name)
	case r.db != nil && c.effects == elsewhere:
		return fmt.Errorf("route of topic %s: the Func handler of %s has no use for a database: put it into a group of its own, with a nil one", topic, name)
	}
	return nil
}

// route is a Route as a running group uses it.
type route struct {
	Route
	name        string // <group>/<topic>: the handler in tables, headers and logs
	deadLetters string // topic
	kind        guardKind
	retention   time.Duration        // of the topic; zero: forever, or unknown
	turn        slots                // of the one writer of a SQLite database; nil: any number
	guard       sqldb.Guard          // nil: without database, or serial
	sequence    *sqldb.SequenceGuard // guard, if it holds records back
}

// bind prepares r for a group.
func (r Route) bind(group string, d sqldb.Dialect, actual event.Topic) *route {
	b := &route{
		Route: r, name: group + "/" + r.topic(), deadLetters: r.topic() + "." + group + ".dlq",
		kind: guardKindOf(r.contracts[0]), retention: retentionOf(r.contracts[0].Topic, actual),
	}
	if b.serial() || d == nil {
		return b
	}
	switch b.kind {
	case byRevision, byTime:
		b.guard = sqldb.NewRevisionGuard(d, r.policy.tie)
	case bySequence:
		b.sequence = sqldb.NewSequenceGuard(d, r.policy.gapsOrDefault())
		b.guard = b.sequence
	case byID, byCommand:
		b.guard = sqldb.NewInboxGuard(d)
	}
	return b
}

// serial says whether a partition is handled in order, with its position in the database.
func (r *route) serial() bool { return r.batch != nil || r.kind == byPosition && r.db != nil }

// handlerName is who the route is in tables.
func (r *route) handlerName() string {
	if r.batch != nil {
		return r.batch.Handler
	}
	return r.name
}

func (r *route) maxBatch() int {
	if r.batch == nil {
		return defaultBatch
	}
	return cmp.Or(r.batch.Max, defaultBatch)
}

// contractOf returns the contract of a record: its retry policy holds. A type that nobody handles has the policy of its topic.
func (r *route) contractOf(rec *event.Record) *event.Contract {
	name := rec.Headers.EventType()
	for _, c := range r.contracts {
		if c.Name == name {
			return c
		}
	}
	return r.contracts[0]
}
