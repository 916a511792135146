package consume

// slots are a bounded number of places; nil ones have no bound.
type slots chan struct{}

// acquire waits for a place. It returns false when stop is closed first.
func (s slots) acquire(stop <-chan struct{}) bool {
	if s == nil {
		return true
	}
	select {
	case s <- struct{}{}:
		return true
	case <-stop:
		return false
	}
}

func (s slots) release() {
	if s != nil {
		<-s
	}
}
