package consume

import (
	"cmp"
	"slices"
)

// tracker knows how far a partition is done when its records finish in any order. It keeps only the unfinished offsets: every other one
// between the low mark and the highest seen is done, or a hole that holds no record (a transaction marker, a compacted record).
type tracker struct {
	open []point // unfinished, ascending
	seen point   // highest record that came
}

// point is an offset and the leader epoch in which its record was written.
type point struct {
	offset int64
	epoch  int32
}

// newTracker returns the tracker of a partition that is read from next on.
func newTracker(next int64) tracker { return tracker{seen: point{next - 1, -1}} }

// add takes the record at p as unfinished. It refuses what it has seen.
func (t *tracker) add(p point) bool {
	if !t.pass(p) {
		return false
	}
	t.open = append(t.open, p)
	return true
}

// pass takes the record at p as finished before. It refuses what it has seen.
func (t *tracker) pass(p point) bool {
	if p.offset <= t.seen.offset {
		return false
	}
	t.seen = p
	return true
}

// finish takes the record at offset as done.
func (t *tracker) finish(offset int64) {
	i, ok := slices.BinarySearchFunc(t.open, offset, func(p point, o int64) int { return cmp.Compare(p.offset, o) })
	if ok {
		t.open = slices.Delete(t.open, i, i+1)
	}
}

// low returns the next offset to commit: everything below it is done. Its epoch is that of the first unfinished record, since an epoch older
// than the record before it would look like a truncated log.
func (t *tracker) low() point {
	if len(t.open) > 0 {
		return t.open[0]
	}
	return point{t.seen.offset + 1, t.seen.epoch}
}

// done returns the finished offsets above the low mark.
func (t *tracker) done() spans {
	var s spans
	for i, p := range t.open {
		end := t.seen.offset + 1
		if i+1 < len(t.open) {
			end = t.open[i+1].offset
		}
		if p.offset+1 < end {
			s = append(s, span{p.offset + 1, end})
		}
	}
	return s
}

// span is the offsets from from up to, but not including, to.
type span struct{ from, to int64 }

// spans are ascending and do not touch.
type spans []span

func (s spans) contains(offset int64) bool {
	_, ok := slices.BinarySearchFunc(s, offset, func(x span, o int64) int {
		if x.to <= o {
			return -1
		}
		if x.from > o {
			return 1
		}
		return 0
	})
	return ok
}
