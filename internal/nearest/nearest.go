// Package nearest guesses what a misspelled name was meant to be. Proto files, configuration and command lines have names, so all
// that report errors share its idea of near.
package nearest

import (
	"fmt"
	"strings"
)

// Of returns the candidate with the smallest edit distance to name, ignoring case; the first one of equals. It returns
// nothing when more than a third of the name would have to change.
func Of(name string, candidates []string) string {
	best, limit := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if max(len(name), len(c)) > longestName {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < limit && c != name {
			best, limit = c, d
		}
	}
	return best
}

// Unknown returns the error that there is no thing called name, with what was probably meant, or else all that is known.
func Unknown(thing, name string, known []string) error {
	if near := Of(name, known); near != "" {
		return fmt.Errorf("unknown %s %q (did you mean %q?)", thing, name, near)
	}
	return fmt.Errorf("unknown %s %q: known are %s", thing, name, strings.Join(known, ", "))
}

// longestName bounds the work for a name that is not a slip of the keyboard.
const longestName = 300

// distance is Levenshtein's, with a swap of neighbors as one edit.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
