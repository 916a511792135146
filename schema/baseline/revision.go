package baseline

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// cutOutsideBraces is strings.Cut for revisions, where braces hold times and texts, e.g., main@{2024-05-01 12:00}. Names of branches and tags
// have neither colons nor two dots in a row.
func cutOutsideBraces(text, separator string) (before, after string, found bool) {
	depth := 0
	for i, c := range text {
		switch {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case depth == 0 && strings.HasPrefix(text[i:], separator):
			return text[:i], text[i+len(separator):], true
		}
	}
	return text, "", false
}

// ends returns the revisions whose merge base is meant; one that is left out is HEAD. Without three dots there is one end.
func ends(rev string) []string {
	one, other, found := cutOutsideBraces(rev, "...")
	switch {
	case !found:
		return []string{rev}
	case one == "":
		one = "HEAD"
	case other == "":
		other = "HEAD"
	}
	return []string{one, other}
}

// checkRevision refuses what git would not take for a revision: above all what it would take for an option.
func checkRevision(rev string) error {
	if rev == "" || rev == "..." {
		return errors.New("it names no revision: write, e.g., git:origin/main; a commit by its message is git:HEAD^{/text}")
	}
	for _, end := range ends(rev) {
		if err := checkEnd(end); err != nil {
			return err
		}
	}
	return nil
}

func checkEnd(rev string) error {
	one, other, isRange := cutOutsideBraces(rev, "..")
	switch {
	case strings.HasPrefix(rev, "-"):
		return fmt.Errorf("revision %q begins with a hyphen, as options do: write its full name, e.g., refs/heads/%s", rev, rev)
	case strings.HasPrefix(rev, "^"):
		return fmt.Errorf("revision %q begins with ^, which leaves commits out: name one commit", rev)
	case strings.ContainsFunc(rev, unicode.IsControl):
		return fmt.Errorf("revision %q has a control character: git knows no such name", rev)
	case isRange:
		return fmt.Errorf("%q is a range: name one commit, or, with three dots, where two parted: %s...%s", rev, one, other)
	}
	if _, _, path := cutOutsideBraces(rev, ":"); path {
		return fmt.Errorf("%q is a file or directory: name one commit, and the directory behind the whole: git:<revision>:<directory>", rev)
	}
	return nil
}
