package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"runtime"
	"testing"
	"time"
)

// faulty panics when it is read, as a bug would.
type faulty struct{}

func (faulty) Read([]byte) (int, error) { panic("index out of range") }

func TestBugSaysWhatToReport(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	code := run(t.Context(), process{args: []string{pluginName}, stdin: faulty{}, stderr: &stderr})
	if code != exitBug {
		t.Errorf("exit %d, want %d", code, exitBug)
	}
	want := regexp.MustCompile(`(?s)^evgen: this is a bug of evgen .*: index out of range\n.*plugin\.go.*please report it at https://.*\n$`)
	if !want.Match(stderr.Bytes()) {
		t.Errorf("got\n%s\nwant the panic, where it was, and where to report it", &stderr)
	}
}

func TestVersionIsMachineReadable(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), process{[]string{"evgen", "version", "--json"}, t.TempDir(), nil, &stdout, &stderr, someDay}); code != exitOK {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	var got struct{ Version, Go string }
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version == "" || got.Go != runtime.Version() {
		t.Errorf("got %+v, want a version, and Go %s", got, runtime.Version())
	}
}

// someDay is the day on which tests run: entries of evgen.accept.yaml expire.
func someDay() time.Time { return time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC) }
