package buf_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/evgen-dev/evgen/internal/realservers"
)

// everything is the configuration under which the real buf applies the rules of all four categories at once.
const everything = `{"version":"v2","breaking":{"use":["FILE","PACKAGE","WIRE","WIRE_JSON"]}}`

// A line is what a finding is compared by: place and rule. Lines of no file have no path.
type line struct {
	Path        string `json:"path"`
	StartLine   int    `json:"start_line"`
	StartColumn int    `json:"start_column"`
	EndLine     int    `json:"end_line"`
	EndColumn   int    `json:"end_column"`
	Rule        string `json:"type"`
}

func (l line) String() string {
	return fmt.Sprintf("%s:%d:%d-%d:%d %s", cmp.Or(l.Path, "-"), l.StartLine, l.StartColumn, l.EndLine, l.EndColumn, l.Rule)
}

func compareLines(a, b line) int {
	return cmp.Or(
		strings.Compare(a.Path, b.Path), cmp.Compare(a.StartLine, b.StartLine), cmp.Compare(a.StartColumn, b.StartColumn),
		strings.Compare(a.Rule, b.Rule), cmp.Compare(a.EndLine, b.EndLine), cmp.Compare(a.EndColumn, b.EndColumn),
	)
}

// realBuf is the real program.
type realBuf struct{ program string }

// startBuf skips the test when there is no buf.
func startBuf(t *testing.T) realBuf { return realBuf{realservers.Buf(t)} }

// breaking runs buf breaking in the directory of the new side. Without a configuration the one of the directory holds.
func (b realBuf) breaking(t *testing.T, newDir, oldDir, config string) []line {
	t.Helper()
	args := []string{"breaking", "--against", oldDir, "--error-format", "json"}
	if config != "" {
		args = append(args, "--config", config)
	}
	out, err := b.run(newDir, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines := decodeLines(t, out)
	slices.SortFunc(lines, compareLines)
	return lines
}

func (b realBuf) run(dir string, args ...string) ([]byte, error) {
	command := exec.Command(b.program, args...)
	command.Dir = dir
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 100 { // there are findings
		return stdout.Bytes(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("buf %s: %w\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.Bytes(), nil
}

func decodeLines(t *testing.T, out []byte) []line {
	t.Helper()
	var lines []line
	for text := range bytes.Lines(out) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatalf("buf wrote %q: %v", text, err)
		}
		lines = append(lines, l)
	}
	return lines
}

// A listedRule is a rule as buf lists it.
type listedRule struct {
	ID         string   `json:"id"`
	Categories []string `json:"categories"`
	Deprecated bool     `json:"deprecated"`
}

func (b realBuf) rules(t *testing.T) []listedRule {
	t.Helper()
	out, err := b.run(t.TempDir(), "config", "ls-breaking-rules", "--version", "v2", "--format", "json")
	if err != nil {
		t.Fatal(err)
	}
	var rules []listedRule
	for text := range bytes.Lines(out) {
		var r listedRule
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatalf("buf wrote %q: %v", text, err)
		}
		rules = append(rules, r)
	}
	return rules
}

// writeTree writes files below dir.
func writeTree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, text := range files {
		name := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// categoriesByRule asks buf once for all cases.
func categoriesByRule(t *testing.T, b realBuf) func() map[string][]string {
	return sync.OnceValue(func() map[string][]string {
		byRule := map[string][]string{}
		for _, r := range b.rules(t) {
			byRule[r.ID] = r.Categories
		}
		return byRule
	})
}
