package view

import (
	"bytes"
	"context"
	"slices"
	"sync"
)

// feeds are the change feeds of a view.
type feeds struct {
	mu   sync.Mutex
	list []*feed
}

// post tells every feed of a change.
func (f *feeds) post(key string, before, after entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.postLocked(key, before, after)
}

func (f *feeds) postLocked(key string, before, after entry) {
	for _, x := range f.list {
		x.post(key, before, after)
	}
}

// during runs change while no feed comes or goes.
func (f *feeds) during(change func(post func(key string, before, after entry))) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) == 0 {
		change(func(string, entry, entry) {})
		return
	}
	change(f.postLocked)
}

func (f *feeds) add(x *feed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, x)
}

func (f *feeds) remove(x *feed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = slices.DeleteFunc(f.list, func(y *feed) bool { return x == y })
}

// feed hands changes to one subscriber, on a goroutine of its own. While the subscriber is busy, changes of a key become one, so that
// what waits is bounded by the number of keys, and the view never waits.
type feed struct {
	deliver func(key string, before, after entry)

	mu      sync.Mutex
	waiting map[string]transition
	order   []string
	more    chan struct{} // holds one token while something waits
}

type transition struct{ before, after entry }

func newFeed(deliver func(key string, before, after entry)) *feed {
	return &feed{deliver: deliver, waiting: map[string]transition{}, more: make(chan struct{}, 1)}
}

func (f *feed) post(key string, before, after entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, merge := f.waiting[key]
	if !merge {
		t.before = before
		f.order = append(f.order, key)
	}
	t.after = after
	f.waiting[key] = t
	select {
	case f.more <- struct{}{}:
	default:
	}
}

func (f *feed) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.more:
		}
		for ctx.Err() == nil {
			key, t, ok := f.next()
			if !ok {
				break
			}
			f.deliver(key, t.before, t.after)
		}
	}
}

func (f *feed) next() (string, transition, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.order) == 0 {
		return "", transition{}, false
	}
	key := f.order[0]
	f.order = f.order[1:]
	t := f.waiting[key]
	delete(f.waiting, key)
	return key, t, true
}

// difference posts what a reader sees change when table now takes the place of was.
func difference(was, now *table, post func(key string, before, after entry)) {
	for i := range now.shards {
		for _, x := range now.values(i) {
			before := was.get([]byte(x.key))
			if before.value == nil || !bytes.Equal(before.value, x.value) {
				post(x.key, before, x.entry)
			}
		}
	}
	for i := range was.shards {
		for _, x := range was.values(i) {
			if after := now.get([]byte(x.key)); after.value == nil {
				post(x.key, x.entry, after)
			}
		}
	}
}
