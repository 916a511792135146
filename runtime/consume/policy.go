package consume

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// RouteOption changes how a route decides, where the events' annotations have no say.
type RouteOption interface{ applyRoute(*policy) }

type policy struct {
	gaps    *sqldb.Gaps
	tie     sqldb.Tiebreak
	foreign bool
}

type routeOption func(*policy)

func (o routeOption) applyRoute(p *policy) { o(p) }

// Gaps says what happens when a revision of a sequence is missing. Default: hold the key, as the zero value of g says.
func Gaps(g sqldb.Gaps) RouteOption { return routeOption(func(p *policy) { p.gaps = &g }) }

// Tiebreak says which of two contents with the same revision stays. Default: the first that came.
func Tiebreak(t sqldb.Tiebreak) RouteOption { return routeOption(func(p *policy) { p.tie = t }) }

// Foreign takes records without ce_type, from producers that know no CloudEvents, as the event of the route's only case. Without it
// they are dead-lettered.
func Foreign() RouteOption { return routeOption(func(p *policy) { p.foreign = true }) }

// check refuses options that would do nothing.
func (p policy) check(r Route) error {
	kind, topic := guardKindOf(r.contracts[0]), r.topic()
	switch {
	case p.foreign && len(r.cases) > 1:
		return fmt.Errorf("route of topic %s: with Foreign it can have one case only, it has %d", topic, len(r.cases))
	case p.gaps != nil && kind != bySequence:
		return fmt.Errorf("route of topic %s: Gaps is for sequences, its events go by %s", topic, kind)
	case p.tie != sqldb.KeepStored && kind != byRevision && kind != byTime:
		return fmt.Errorf("route of topic %s: Tiebreak is for revisions, its events go by %s", topic, kind)
	}
	return nil
}

func (p policy) gapsOrDefault() sqldb.Gaps {
	if p.gaps == nil {
		return sqldb.Gaps{}
	}
	gaps := *p.gaps
	if rebase := gaps.Rebase; rebase != nil {
		gaps.Rebase = func(ctx context.Context, tx *sql.Tx, key []byte) (revision int64, err error) {
			err = protect(func() (err error) {
				revision, err = rebase(ctx, tx, key)
				return err
			})
			if err != nil {
				err = &rebaseError{err}
			}
			return revision, err
		}
	}
	return gaps
}
