package view

import (
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
)

// A reader may find a state unreadable while a rebuild puts another table in place, which a new topic with the same offsets has filled.
func TestUnreadableStateTakesNoOtherAlong(t *testing.T) {
	t.Parallel()
	now, key := newTable(), []byte("pro")
	now.put(key, entry{value: []byte("good"), offset: 5}, event.Unrevised)
	now.invalidate(key, entry{value: []byte("bad"), offset: 5})
	if got := now.get(key); string(got.value) != "good" || now.live.Load() != 1 {
		t.Errorf("the state is %q, and %d are counted", got.value, now.live.Load())
	}
	now.invalidate(key, now.get(key))
	if got := now.get(key); got.value != nil || now.live.Load() != 0 {
		t.Errorf("the state is %q, and %d are counted", got.value, now.live.Load())
	}
}
