package registration

import "github.com/evgen-dev/evgen/schema/compat"

// Step is what becomes of one entry.
type Step struct {
	Entry
	Action  Action
	Version int    // that has the schema; 0: none yet
	ID      uint32 // of the schema; 0: not known yet
	// Unasked says why there was no answer of the registry, e.g., its import money.proto is not registered yet. Empty: there was one, or none was needed.
	Unasked string
	Reasons []string // of a refusal: in the words of the server, or of evgen if Unasked says why
	// LevelWas is the level of the subject before; nil: none was set, or the level stays.
	LevelWas *compat.Level
	// SetsLevel says that the level of the subject is, or would be, set.
	SetsLevel bool
}

// Action is what happens to a subject.
type Action uint8

// The actions.
const (
	Unchanged Action = iota
	Registered
	Refused    // as incompatible: by the registry or, if it could not be asked, by the rules of Confluent's
	Unanswered // in a preview: the registry may refuse it or not
	Withheld   // not written, since another entry is refused
)

var actions = [...]string{"unchanged", "registered", "refused", "unanswered", "withheld"}

// String returns the action in lower case.
func (a Action) String() string { return actions[a] }

// Changes says whether a step changes the registry, or may.
func (s Step) Changes() bool {
	return s.Action == Registered || s.Action == Unanswered || s.SetsLevel
}

// withheld is a step that is not done after all.
func (s Step) withheld() Step {
	if s.Changes() {
		s.Action, s.Unasked, s.LevelWas, s.SetsLevel = Withheld, "", nil, false
	}
	return s
}
