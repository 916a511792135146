package view

import (
	"bytes"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// table holds the latest entry of every key, spread over shards so that readers seldom meet the writer.
type table struct {
	seed   maphash.Seed
	shards [64]shard
	live   atomic.Int64 // keys with a value
	bytes  atomic.Int64 // estimated memory
}

type shard struct {
	sync.RWMutex
	entries map[string]*entry    // changed in place, so that an update allocates its value only
	gone    map[string]time.Time // keys without a value, and since when
}

// entry is what the newest record of a key left.
type entry struct {
	value     []byte // own memory, never changed; nil: deleted, or not readable
	revision  int64  // 0: none
	offset    int64
	partition int32
}

func newTable() *table {
	t := &table{seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].entries = map[string]*entry{}
		t.shards[i].gone = map[string]time.Time{}
	}
	return t
}

// get returns the entry of key, the zero entry if there is none.
func (t *table) get(key []byte) entry {
	s := t.shard(key)
	s.RLock()
	defer s.RUnlock()
	if e := s.entries[string(key)]; e != nil {
		return *e
	}
	return entry{}
}

// put stores e if it is newer than what the key holds, and returns what it replaced.
func (t *table) put(key []byte, e entry, kind event.RevisionKind) (old entry, applied bool) {
	s := t.shard(key)
	s.Lock()
	defer s.Unlock()
	slot := s.entries[string(key)]
	switch {
	case slot == nil:
		slot = &entry{}
		s.entries[string(key)] = slot
		t.bytes.Add(int64(entryOverhead + len(key)))
	case !e.newerThan(*slot, kind):
		return *slot, false
	case e.revision == 0:
		e.revision = slot.revision // a foreign tombstone does not lower the bar for late records
	}
	old = *slot
	t.set(s, key, slot, e)
	return old, true
}

// entryOverhead is what an entry takes besides its key and value: 90 to 130 bytes, measured.
const entryOverhead = 112

// set runs with the shard locked.
func (t *table) set(s *shard, key []byte, slot *entry, e entry) {
	t.bytes.Add(int64(len(e.value) - len(slot.value)))
	if slot.value != nil {
		t.live.Add(-1)
	} else {
		delete(s.gone, string(key))
	}
	if e.value != nil {
		t.live.Add(1)
	} else {
		s.gone[string(key)] = wallClock()
	}
	*slot = e
}

// newerThan says whether e replaces old. A revision decides. Where there is none, the order of reading does, which is that of
// offsets within a partition. Equal times may be different changes, and the later one in a partition wins; any other equal revision is the same change again.
func (e entry) newerThan(old entry, kind event.RevisionKind) bool {
	later := e.partition != old.partition || e.offset > old.offset
	switch {
	case e.revision == 0 || kind == event.Unrevised:
		return later
	case e.revision != old.revision:
		return e.revision > old.revision
	default:
		return kind == event.Timed && e.partition == old.partition && later
	}
}

// invalidate takes the value away from a key that still holds e. The value is compared too: the table may be another one than that which
// e came from, made from a new topic with the same offsets.
func (t *table) invalidate(key []byte, e entry) {
	s := t.shard(key)
	s.Lock()
	defer s.Unlock()
	slot := s.entries[string(key)]
	if slot == nil || slot.value == nil || slot.offset != e.offset || slot.partition != e.partition || !bytes.Equal(slot.value, e.value) {
		return
	}
	blank := *slot
	blank.value = nil
	t.set(s, key, slot, blank)
}

// forget removes the keys that have had no value since before limit.
func (t *table) forget(limit time.Time) {
	for i := range t.shards {
		s := &t.shards[i]
		s.Lock()
		for key, since := range s.gone {
			if since.Before(limit) {
				delete(s.gone, key)
				delete(s.entries, key)
				t.bytes.Add(-int64(entryOverhead + len(key)))
			}
		}
		s.Unlock()
	}
}

// keyed is an entry with its key.
type keyed struct {
	key string
	entry
}

// values returns the entries of shard i that have a value, as they were at one moment.
func (t *table) values(i int) []keyed {
	s := &t.shards[i]
	s.RLock()
	defer s.RUnlock()
	all := make([]keyed, 0, len(s.entries)-len(s.gone))
	for key, e := range s.entries {
		if e.value != nil {
			all = append(all, keyed{key, *e})
		}
	}
	return all
}

func (t *table) shard(key []byte) *shard {
	return &t.shards[maphash.Bytes(t.seed, key)%uint64(len(t.shards))]
}
