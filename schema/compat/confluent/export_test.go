package confluent

import (
	"maps"
	"slices"
)

// Types are all types of differences.
func Types() []Type { return slices.Sorted(maps.Keys(verdicts)) }
