package view

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
)

// sizeError says that a table outgrew its bound.
type sizeError struct {
	topic       string
	used, limit int64
	keys        int64
}

func (e *sizeError) Error() string {
	return fmt.Sprintf("%d keys of topic %s need %d bytes of memory, over the limit of %d: raise view.MaxBytes", e.keys, e.topic, e.used, e.limit)
}

func (r *replica) applyBatch(p *pass, b event.Batch) error {
	if err := r.checkGaps(p, b); err != nil {
		return err
	}
	limit := r.settings.maxBytes
	for _, rec := range b.Records {
		r.apply(p, rec)
		if used := p.table.bytes.Load(); limit > 0 && used > limit {
			return &sizeError{r.topic(), used, limit, p.table.live.Load()}
		}
	}
	r.forget(p)
	r.advance(p, b.Next)
	return nil
}

// checkGaps asks whether deletions may have been missed: the topic is another one, or records went between the last batch of a partition
// and this one, and so much time did that tombstones may have been among them.
func (r *replica) checkGaps(p *pass, b event.Batch) error {
	next := make(map[int32]int64, len(p.partitions))
	for partition, x := range p.partitions {
		next[partition] = x.next
	}
	for _, rec := range b.Records {
		if rec.TopicID != p.topicID {
			return restartf("topic %s was deleted and made again", r.topic())
		}
		if err := r.checkGap(p, rec.Partition, next[rec.Partition], rec.Offset); err != nil {
			return err
		}
		next[rec.Partition] = rec.Offset + 1
	}
	for partition, end := range b.Next {
		if err := r.checkGap(p, partition, next[partition], end); err != nil {
			return err
		}
	}
	return nil
}

func (r *replica) checkGap(p *pass, partition int32, expected, found int64) error {
	const margin = 5 // a fifth, for clocks that differ
	x := p.partitions[partition]
	if x == nil || found <= expected {
		return nil
	}
	if stood := wallClock().Sub(x.at); stood > r.retention-r.retention/margin {
		return restartf("partition %d stood at offset %d for %v, and tombstones live for %v only", partition, x.next, stood, r.retention)
	}
	return nil
}

// apply stores one record. What cannot be placed in the table is reported and passed over.
func (r *replica) apply(p *pass, rec *event.Record) {
	if t := rec.Headers.EventType(); t != "" && t != r.contract.Name {
		return // another event of the same topic
	}
	e, err := r.entryOf(rec)
	if err != nil {
		r.unreadable(&event.DecodeError{Event: r.contract.Name, Record: rec.Position, Err: err})
	}
	if len(rec.Key) == 0 || err != nil && r.revised() && e.revision == 0 {
		return
	}
	old, ok := p.table.put(rec.Key, e, r.contract.Revision)
	if ok && p.table == r.table.Load() {
		r.feeds.post(string(rec.Key), old, e)
	}
}

func (r *replica) revised() bool { return r.contract.Revision != event.Unrevised }

// entryOf returns what a record leaves in the table. Together with an error it has no value, and no revision where that
// is what is wrong.
func (r *replica) entryOf(rec *event.Record) (entry, error) {
	e := entry{offset: rec.Offset, partition: rec.Partition}
	if len(rec.Key) == 0 {
		return e, errors.New("the record has no key")
	}
	if r.revised() {
		rev, _, err := rec.Revision()
		if err != nil {
			return e, err
		}
		e.revision = rev
	}
	body, err := payload.Open(rec)
	if err != nil || body == nil {
		return e, err
	}
	if r.revised() && e.revision == 0 {
		opened := *rec
		opened.Value = body
		if e.revision, err = r.revision(&opened); err != nil {
			return e, err
		}
	}
	e.value = bytes.Clone(body)
	return e, nil
}

// forget lets go of old tombstones a few times per retention, since it looks at every one.
func (r *replica) forget(p *pass) {
	now := wallClock()
	if now.Sub(p.forgotten) < max(r.retention/4, time.Second) {
		return
	}
	p.table.forget(now.Add(-r.retention))
	p.forgotten = now
}
