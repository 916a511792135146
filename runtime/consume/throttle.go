package consume

import (
	"github.com/evgen-dev/evgen/runtime/event"
)

// share is the part of the limits that one partition may use before it is paused.
const share = 4

// crowded says whether p should be paused. Between half of its share and the whole it stays as it is, since a client that pauses
// throws away what it has fetched.
func (s *session) crowded(p partition) bool {
	records, bytes := p.pending()
	if p.hold().paused.Load() {
		return records > s.limits.Records/share/2 || bytes > s.limits.Bytes/share/2
	}
	return records > s.limits.Records/share || bytes > s.limits.Bytes/share
}

// throttle pauses or resumes p as needed. Whoever sets paused looks again, and whoever finishes a record looks at paused
// afterwards, so that one of both sees that it must be resumed.
func (s *session) throttle(m event.Member, p partition) {
	s.pausing.Lock()
	defer s.pausing.Unlock()
	l := p.hold()
	for !l.over() && s.crowded(p) != l.paused.Load() {
		if l.paused.Load() {
			l.paused.Store(false)
			m.Resume(l.at)
		} else {
			l.paused.Store(true)
			m.Pause(l.at)
		}
	}
}

func (s *session) throttleAll(m event.Member) {
	s.mu.Lock()
	all := make([]partition, 0, len(s.partitions))
	for _, p := range s.partitions {
		all = append(all, p)
	}
	s.mu.Unlock()
	for _, p := range all {
		if s.crowded(p) != p.hold().paused.Load() {
			s.throttle(m, p)
		}
	}
}

// relieved is called when p finished records.
func (s *session) relieved(p partition, records int) {
	if p.hold().paused.Load() && !s.crowded(p) {
		s.throttle(s.joined(), p)
	}
	s.completed.add(records)
}

// unpause leaves no trace of p in the member: the partition may come back, and the pause would be nobody's.
func (s *session) unpause(p partition) {
	s.pausing.Lock()
	defer s.pausing.Unlock()
	if l := p.hold(); l.paused.CompareAndSwap(true, false) {
		s.joined().Resume(l.at)
	}
}

func (s *session) joined() event.Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.member
}
