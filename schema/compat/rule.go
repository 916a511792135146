package compat

import (
	"strings"

	"github.com/evgen-dev/evgen/schema"
)

// Rule is one kind of change, with what follows from it. IDs are stable: they are never given to another rule.
type Rule struct {
	ID      string // e.g., KEY_FIELD_CHANGED
	Group   string // e.g., identity
	Summary string // the change in one line
	Effect
	Severity Verdict // default: what the level says of Breaks
}

// Effect is what those who share an event experience when a change is deployed.
type Effect struct {
	Breaks      Breaks
	OldConsumer string   // with a new producer; "none" if nothing changes for it
	NewConsumer string   // with an old producer, as during a rolling deployment
	Replay      string   // a new consumer over records that are on the log already
	Steps       []string // the safe order to deploy, one step each
}

// Breaks is a set of ways in which a change breaks a contract. A topic is a stored relation between records of different ages, so
// that a change can break without any reader failing to parse.
type Breaks uint8

// The ways. The registries' levels know only the first two.
const (
	Backward  Breaks = 1 << iota // new consumers on old data
	Forward                      // old consumers on new data
	Identity                     // records of one entity, before and after, no longer meet: other key bytes, other partition
	History                      // what a consumer that begins at the first record can still learn
	State                        // what consumers have stored no longer fits the stream
	Producing                    // producers begin to fail
)

// String returns the letters of the ways, e.g., "B F"; "none" if there are none.
func (b Breaks) String() string {
	var letters []string
	for i, letter := range [...]string{"B", "F", "I", "H", "S", "P"} {
		if b&(1<<i) != 0 {
			letters = append(letters, letter)
		}
	}
	if letters == nil {
		return "none"
	}
	return strings.Join(letters, " ")
}

// Verdict is the severity of a rule.
type Verdict uint8

// The verdicts.
const (
	ByLevel Verdict = iota // [Level.Severity] of what breaks
	Always                 // an error under every level
	Remark                 // a warning under every level
)

// Judge returns the severity of a rule that breaks b under a level, and whether it is reported at all.
func (v Verdict) Judge(l Level, b Breaks) (s schema.Severity, reported bool) {
	switch v {
	case Always:
		return schema.Error, true
	case Remark:
		return schema.Warning, true
	}
	return l.Severity(b)
}
