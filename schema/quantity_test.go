package schema

import (
	"testing"
	"time"
)

func TestDurationsAreGoSyntaxPlusDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"250ms":   250 * time.Millisecond,
		"90s":     90 * time.Second,
		"7d":      7 * 24 * time.Hour,
		"1d12h":   36 * time.Hour,
		"1h30m":   90 * time.Minute,
		"106751d": 106751 * 24 * time.Hour,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("parseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "7", "0s", "0d", "-1h", "1d-1h", "+1h", "1 d", "1.5d", "1w", "forever", "106752d", "106751d24h", "4294967296d"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("parseDuration(%q) = %v; want an error", text, got)
		}
	}
}

func TestDurationsAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"250ms", "1m30s", "7d", "1d12h", "5m", "1h", "1h0m1s", "1d1h1m1.5s"} {
		d, err := parseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := formatDuration(d); got != text {
			t.Errorf("formatDuration(%v) = %q; want %q", d, got, text)
		}
	}
	if got := formatDuration(Forever); got != "forever" {
		t.Errorf("formatDuration(Forever) = %q", got)
	}
}

func TestSizesHaveBinaryUnits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"1B": 1, "512KiB": 512 << 10, "1MiB": 1 << 20, "1GiB": 1 << 30, "2147483647B": 1<<31 - 1} {
		got, err := parseSize(text)
		if err != nil || got != want {
			t.Errorf("parseSize(%q) = %v, %v; want %v", text, got, err, want)
		}
		if formatSize(got) != text {
			t.Errorf("formatSize(%d) = %q; want %q", got, formatSize(got), text)
		}
	}
	for _, text := range []string{"", "B", "1", "1KB", "1MB", "1 MiB", "-1KiB", "+1KiB", "0B", "1.5MiB", "2GiB", "2147483648B", "99999999999999999999B"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("parseSize(%q) = %v; want an error", text, got)
		}
	}
}

func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"250ms", "7d", "1d12h", "forever", "-1h", "106751d24h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseDuration(text)
		if err != nil {
			return
		}
		if d <= 0 {
			t.Fatalf("parseDuration(%q) = %v, which is not positive", text, d)
		}
		if again, err := parseDuration(formatDuration(d)); err != nil || again != d {
			t.Fatalf("%q is %v, written %q, read as %v, %v", text, d, formatDuration(d), again, err)
		}
	})
}

func FuzzSize(f *testing.F) {
	for _, seed := range []string{"1B", "512KiB", "1MiB", "2GiB", "-1B"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseSize(text)
		if err != nil {
			return
		}
		if n <= 0 {
			t.Fatalf("parseSize(%q) = %v, which is not positive", text, n)
		}
		if again, err := parseSize(formatSize(n)); err != nil || again != n {
			t.Fatalf("%q is %d, written %q, read as %d, %v", text, n, formatSize(n), again, err)
		}
	})
}
