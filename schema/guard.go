package schema

func (t *topicDraft) guard() Guard {
	if len(t.events) == 0 {
		return ByPosition
	}
	return t.events[0].guard()
}

// guard is how handlers tell duplicates of the event.
func (d *draft) guard() Guard {
	switch {
	case d.Kind == Command:
		return ByCommandID
	case d.hasSequence():
		return BySequence
	case d.Revision != nil:
		return ByRevision
	case d.EventID != nil:
		return ByEventID
	}
	return ByPosition
}

// String says what a guard compares.
func (g Guard) String() string {
	return [...]string{
		ByPosition: "position", ByRevision: "revision", BySequence: "sequence", ByEventID: "event id", ByCommandID: "command id",
	}[g]
}
