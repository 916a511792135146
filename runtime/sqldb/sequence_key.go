package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/evgen-dev/evgen/runtime/event"
)

// sequence is one key's row of evgen_sequence while its transaction holds it.
type sequence struct {
	guard   *SequenceGuard
	tx      *sql.Tx
	handler string
	key     []byte

	seq     int64
	gapped  bool           // records may be parked
	overdue bool           // the gap is older than allowed
	broken  sql.NullString // why
}

// advance is the path of nearly all records: one conditional statement. It says false when anything is out of the ordinary.
func (s *sequence) advance(ctx context.Context, first, last int64) (bool, error) {
	query := `UPDATE evgen_sequence SET seq = $1 WHERE handler = $2 AND entity_key = $3 AND seq = $4 AND gap_since IS NULL AND broken_at IS NULL`
	args := []any{last, s.handler, s.key, first - 1}
	if first == 1 {
		query, args = `INSERT INTO evgen_sequence (seq, handler, entity_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, args[:3]
	}
	n, err := rowsAffected(s.tx.ExecContext(ctx, query, args...))
	if err != nil {
		return false, s.wrap("advance evgen_sequence", err)
	}
	return n == 1, nil
}

// lock makes the row where it is missing, and waits for whoever else has it.
func (s *sequence) lock(ctx context.Context) error {
	_, err := s.tx.ExecContext(ctx, `INSERT INTO evgen_sequence (handler, entity_key, seq) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING`, s.handler, s.key)
	if err != nil {
		return s.wrap("insert into evgen_sequence", err)
	}
	d := s.guard.dialect
	query := `SELECT seq, gap_since IS NOT NULL, gap_since IS NOT NULL AND gap_since < ` + d.ago("$1") + `,
  CASE WHEN broken_at IS NOT NULL THEN coalesce(broken_reason, 'unknown') END
FROM evgen_sequence WHERE handler = $2 AND entity_key = $3` + d.forUpdate()
	age := s.guard.gaps.MaxAge.Microseconds()
	if err := s.tx.QueryRowContext(ctx, query, age, s.handler, s.key).Scan(&s.seq, &s.gapped, &s.overdue, &s.broken); err != nil {
		return s.wrap("read evgen_sequence", err)
	}
	return nil
}

// admit decides on one record and moves s.
func (s *sequence) admit(ctx context.Context, e *Entry) (event.Outcome, error) {
	switch {
	case e.Revision <= s.seq:
		return s.past(e), nil
	case s.broken.Valid:
		return s.resync(ctx, e)
	case e.Revision == s.seq+1:
		s.seq = e.Revision
		return event.Applied, nil
	}
	return s.gap(ctx, e)
}

// past is the outcome of what came before. After a skip nobody knows whether it was applied.
func (s *sequence) past(e *Entry) event.Outcome {
	if e.Revision < s.seq && s.guard.gaps.Policy == Skip {
		return event.Stale
	}
	return event.Duplicate
}

func (s *sequence) gap(ctx context.Context, e *Entry) (event.Outcome, error) {
	gaps := &s.guard.gaps
	if gaps.Policy == Skip || (gaps.StartAnywhere && s.seq == 0) {
		return s.jump(ctx, e)
	}
	switch gaps.Policy {
	case Fail:
		return 0, &GapError{s.handler, e.Key, e.Revision, s.seq + 1}
	case Resync:
		return s.resync(ctx, e)
	}
	return s.park(ctx, e)
}

// jump goes on with the lowest record there is, which may be one that was parked before the policy was chosen.
func (s *sequence) jump(ctx context.Context, e *Entry) (event.Outcome, error) {
	var lowest sql.NullInt64
	err := s.tx.QueryRowContext(ctx, `SELECT min(ord) FROM evgen_parked WHERE handler = $1 AND entity_key = $2`, s.handler, s.key).Scan(&lowest)
	if err != nil {
		return 0, s.wrap("read evgen_parked", err)
	}
	if lowest.Valid && lowest.Int64 < e.Revision {
		s.seq, s.overdue = lowest.Int64-1, false
		return s.park(ctx, e)
	}
	s.seq = e.Revision
	return event.Applied, nil
}

// resync asks Rebase, if the policy has one, and otherwise does what a gap or a broken key does.
func (s *sequence) resync(ctx context.Context, e *Entry) (event.Outcome, error) {
	gaps := &s.guard.gaps
	if gaps.Policy == Resync && gaps.Rebase != nil {
		base, err := gaps.Rebase(ctx, s.tx, e.Key)
		if err != nil {
			return 0, s.wrap("rebase", err)
		}
		if base > s.seq {
			s.rebase(base)
		}
	}
	switch {
	case e.Revision <= s.seq:
		return event.Duplicate, nil
	case s.broken.Valid:
		return event.Dead, nil
	case e.Revision == s.seq+1:
		s.seq = e.Revision
		return event.Applied, nil
	}
	return s.park(ctx, e)
}

// rebase takes seq as applied.
func (s *sequence) rebase(seq int64) {
	s.seq, s.overdue, s.broken = seq, false, sql.NullString{}
}

var errNoRecord = errors.New("the entry has no record to park")

func (s *sequence) park(ctx context.Context, e *Entry) (event.Outcome, error) {
	if e.Record == nil {
		return 0, s.wrap("park revision", errNoRecord)
	}
	full, err := s.isFull(ctx, e)
	if err != nil {
		return 0, err
	}
	if s.overdue || full {
		s.broken = sql.NullString{String: s.reason(), Valid: true}
		return event.Dead, nil
	}
	_, err = s.tx.ExecContext(ctx, `INSERT INTO evgen_parked (handler, entity_key, ord, record) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		s.handler, s.key, e.Revision, park(e.Record))
	if err != nil {
		return 0, s.wrap("insert into evgen_parked", err)
	}
	return event.Parked, nil
}

// isFull counts only when there can be too many. When one of them is due, there is room soon.
func (s *sequence) isFull(ctx context.Context, e *Entry) (bool, error) {
	limit := int64(s.guard.gaps.MaxRecords)
	if e.Revision-s.seq <= limit {
		return false, nil
	}
	var n, due int64
	err := s.tx.QueryRowContext(ctx, `SELECT count(*), count(CASE WHEN ord = $1 THEN 1 END) FROM evgen_parked
WHERE ord >= $1 AND handler = $2 AND entity_key = $3`, s.seq+1, s.handler, s.key).Scan(&n, &due)
	if err != nil {
		return false, s.wrap("count evgen_parked", err)
	}
	return n >= limit && due == 0, nil
}

func (s *sequence) reason() string {
	if s.overdue {
		return fmt.Sprintf("revision %d is missing for longer than %s", s.seq+1, s.guard.gaps.MaxAge)
	}
	return fmt.Sprintf("more than %d records wait for revision %d", s.guard.gaps.MaxRecords, s.seq+1)
}

// clean drops what waits although it was applied when it came again, or is part of a new base.
func (s *sequence) clean(ctx context.Context) error {
	if !s.gapped {
		return nil
	}
	_, err := s.tx.ExecContext(ctx, `DELETE FROM evgen_parked WHERE handler = $1 AND entity_key = $2 AND ord <= $3`, s.handler, s.key, s.seq)
	if err != nil {
		return s.wrap("drop records that wait no longer from evgen_parked", err)
	}
	return nil
}

// save writes the row. A gap lasts while anything is parked, and its age starts anew when the sequence moves.
func (s *sequence) save(ctx context.Context) error {
	now := s.guard.dialect.now()
	query := `UPDATE evgen_sequence SET seq = $1, broken_reason = CAST($2 AS text),
  broken_at = CASE WHEN CAST($2 AS text) IS NULL THEN NULL ELSE coalesce(broken_at, ` + now + `) END,
  gap_since = CASE
    WHEN NOT EXISTS (SELECT 1 FROM evgen_parked p WHERE p.handler = evgen_sequence.handler AND p.entity_key = evgen_sequence.entity_key AND p.ord > $1) THEN NULL
    WHEN seq < $1 THEN ` + now + `
    ELSE coalesce(gap_since, ` + now + `) END
WHERE handler = $3 AND entity_key = $4`
	if _, err := s.tx.ExecContext(ctx, query, s.seq, s.broken, s.handler, s.key); err != nil {
		return s.wrap("update evgen_sequence", err)
	}
	return nil
}

func (s *sequence) wrap(what string, err error) error {
	return fmt.Errorf("%s for key %s of %s: %w", what, event.TextOf(s.key), s.handler, err)
}
