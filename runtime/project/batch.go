package project

import "github.com/evgen-dev/evgen/runtime/event"

// batch is the records of one transaction.
type batch struct {
	layout   *layout
	outcomes []event.Outcome // of all records
	changes  []*change       // of the records that concern the table
}

func newBatch(l *layout, records []*event.Record) (*batch, error) {
	b := &batch{layout: l, outcomes: make([]event.Outcome, len(records))}
	for i, r := range records {
		c, err := l.source.change(r)
		if err != nil {
			return nil, err
		}
		if c == nil {
			b.outcomes[i] = event.Skipped
			continue
		}
		c.at = i
		b.changes = append(b.changes, c)
	}
	return b, nil
}

// change decodes r. It is nil when r does not concern the table: another event of the topic, or a deletion that is not to be
// followed.
func (s *Source) change(r *event.Record) (*change, error) {
	if t := r.Headers.EventType(); t != "" && t != s.contract.Name {
		return nil, nil
	}
	c, err := s.open(r)
	if err != nil || c.deleted && s.onDelete == Keep {
		return nil, err
	}
	return c, nil
}
