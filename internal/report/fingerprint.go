package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// fingerprints returns what tells each finding from the others of a run, and is the same in the next run although lines have moved: a hash of the rule and
// of what it speaks of. Findings that share both are numbered, because services show only the first of equals.
func fingerprints(found []Finding) []string {
	var all []string
	seen := map[string]int{}
	for _, f := range found {
		identity := f.identity()
		seen[identity]++
		if n := seen[identity]; n > 1 {
			identity += "\x00" + strconv.Itoa(n)
		}
		sum := sha256.Sum256([]byte(identity))
		all = append(all, hex.EncodeToString(sum[:16]))
	}
	return all
}

// identity is the rule and the full name that a finding speaks of. Where only the message has that name, it is the message, which holds no position.
func (f Finding) identity() string {
	if c := f.Change; c != nil {
		return strings.Join([]string{f.Rule, c.Subject, c.Event}, "\x00")
	}
	return strings.Join([]string{f.Rule, cmp.Or(f.Message, f.Path)}, "\x00")
}
