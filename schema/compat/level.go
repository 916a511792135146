package compat

import (
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema"
)

// Level says in which directions a new version must be compatible, and with how many old ones. Names and meaning are those of schema
// registries.
type Level uint8

// The levels.
const (
	LevelNone Level = iota
	LevelBackward
	LevelBackwardTransitive
	LevelForward
	LevelForwardTransitive
	LevelFull
	LevelFullTransitive
)

var levelNames = []string{"NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"}

// String returns the name, e.g., BACKWARD_TRANSITIVE.
func (l Level) String() string { return levelNames[l] }

// ParseLevel returns the level with a name, in upper or lower case.
func ParseLevel(name string) (Level, error) {
	if i := slices.Index(levelNames, strings.ToUpper(name)); i >= 0 {
		return Level(i), nil
	}
	return 0, nearest.Unknown("level", name, levelNames)
}

// Transitive says whether every version counts, not only the latest.
func (l Level) Transitive() bool {
	return l == LevelBackwardTransitive || l == LevelForwardTransitive || l == LevelFullTransitive
}

// Directions returns which of [Backward] and [Forward] must hold.
func (l Level) Directions() Breaks {
	switch l {
	case LevelBackward, LevelBackwardTransitive:
		return Backward
	case LevelForward, LevelForwardTransitive:
		return Forward
	case LevelFull, LevelFullTransitive:
		return Backward | Forward
	}
	return 0
}

// Severity returns how serious it is to break b, and false if that is nothing to report. What the level does not ask for is a warning, because
// it still needs an order of deployment. Identity, history, state and producers have no word in the levels: breaking them is an error
// even under NONE.
func (l Level) Severity(b Breaks) (s schema.Severity, reported bool) {
	switch directions := b & (Backward | Forward); {
	case b&^directions != 0, directions&l.Directions() != 0:
		return schema.Error, true
	case directions != 0 && l != LevelNone:
		return schema.Warning, true
	}
	return schema.Warning, false
}
