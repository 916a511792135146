package view

import "context"

// Change is how the state of a key changed.
type Change[K, M any] struct {
	Key K
	Old M // nil: there was none
	New M // nil: deleted
}

// Watch calls changed for every change from now on, one after the other on a goroutine of its own, until stop is called
// or the view is closed. Neither waits for a call that is under way, so changed may use both. A subscriber that is slower than the topic
// gets several changes of a key as one, from the first old state to the last new one. Call Watch before [View.All] to
// miss nothing; a change may then be seen by both.
func (v *View[K, M]) Watch(changed func(Change[K, M])) (stop func()) {
	ctx, cancel := context.WithCancel(v.replica.life)
	f := newFeed(func(key string, before, after entry) {
		if c, ok := v.change(key, before, after); ok {
			changed(c)
		}
	})
	v.replica.feeds.add(f)
	context.AfterFunc(ctx, func() { v.replica.feeds.remove(f) })
	go f.run(ctx)
	return cancel
}

// change decodes a transition. There is none if neither state can be seen.
func (v *View[K, M]) change(key string, before, after entry) (Change[K, M], bool) {
	var c Change[K, M]
	var had, has, ok bool
	b := []byte(key)
	if c.Key, ok = v.decodeKey(b, after); !ok {
		return c, false
	}
	c.Old, had = v.decode(b, before)
	c.New, has = v.decode(b, after)
	return c, had || has
}
