package view_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/view"
)

// These tests set the default logger and are therefore not parallel.

func TestTopicThatIsNotCompactedIsWarnedAbout(t *testing.T) {
	out := captureLog(t)
	open(t, newTopic(1), plans)
	if out.Len() > 0 {
		t.Errorf("compacted topic: %s", out)
	}
	source := newTopic(1)
	source.settings.Compaction = event.NoCompaction
	open(t, source, plans)
	if got := out.String(); !strings.Contains(got, "level=WARN") || !strings.Contains(got, "topic=plans") || !strings.Contains(got, "cleanup.policy=compact") {
		t.Errorf("log %q", got)
	}
}

func TestUnreadableRecordsAreReportedOnceAndWithRestraint(t *testing.T) {
	out := captureLog(t)
	source := newTopic(1)
	for range 100 {
		source.add(0, &event.Record{Key: []byte("pro"), Headers: event.Headers{{Key: event.HeaderRevision, Value: []byte("x")}}})
	}
	open(t, source, plans)
	got := out.String()
	if n := strings.Count(got, "level=ERROR"); n != 7 { // 1, 2, 4, …, 64
		t.Errorf("%d reports of 100 unreadable records, want 7:\n%s", n, got)
	}
	if !strings.Contains(got, "plans/0@63") || !strings.Contains(got, "total=64") {
		t.Errorf("log %s", got)
	}
}

func captureLog(t *testing.T) *bytes.Buffer {
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &out
}

func openNumbered(t *testing.T, source *topic, e *event.Event[int64, *message]) *view.View[int64, *message] {
	t.Helper()
	v, err := view.Open(t.Context(), source, e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}
