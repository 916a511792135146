package output

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns the changes as a unified diff.
func Diff(changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		from, to := "a/"+c.Name, "b/"+c.Name
		if c.Kind == Create {
			from = "/dev/null"
		}
		if c.Kind == Remove {
			to = "/dev/null"
		}
		b.WriteString(udiff.Unified(from, to, string(c.Old), string(c.New)))
	}
	return b.String()
}
