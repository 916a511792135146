package consume

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrPoison is in the error of [Group.Run] when so many records fail for good that the fault is likely not theirs.
var ErrPoison = errors.New("too many records fail for good")

const (
	floodRecords = 100 // permanent failures within floodWindow
	floodWindow  = time.Minute
	floodSample  = 200 // records of which half may fail
)

// flood stops a group that would empty its topics into the dead-letter topics.
type flood struct {
	mu       sync.Mutex
	failures []time.Time       // the last floodRecords+1
	sample   [floodSample]bool // of the last records: failed for good
	count    int               // records ever
	bad      int               // in sample
}

// add counts a record that is finished, or is about to be dead-lettered because of failure. It returns an
// error, wrapping [ErrPoison], when that one must not be.
func (f *flood) add(failure error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.observe(failure)
	if failure == nil {
		return nil
	}
	now := time.Now()
	f.failures = append(f.failures, now)
	if len(f.failures) > floodRecords+1 {
		f.failures = f.failures[1:]
	}
	switch {
	case len(f.failures) > floodRecords && now.Sub(f.failures[0]) <= floodWindow:
		return fmt.Errorf("%w: over %d within a minute: was a wrong schema or handler deployed? The last failure: %w", ErrPoison, floodRecords, failure)
	case f.count >= floodSample && f.bad > floodSample/2:
		return fmt.Errorf("%w: %d of the last %d: was a wrong schema or handler deployed? The last failure: %w", ErrPoison, f.bad, floodSample, failure)
	}
	return nil
}

func (f *flood) observe(failure error) {
	i := f.count % floodSample
	if f.sample[i] {
		f.bad--
	}
	f.sample[i] = failure != nil
	if failure != nil {
		f.bad++
	}
	f.count++
}
