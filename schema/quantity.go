package schema

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a duration as annotations spell it, e.g., 7d, and "forever".
func ParseDuration(s string) (time.Duration, error) {
	if s == "forever" {
		return Forever, nil
	}
	return parseDuration(s)
}

// FormatDuration is the inverse of [ParseDuration].
func FormatDuration(d time.Duration) string { return formatDuration(d) }

// ParseSize reads a size as annotations spell it, e.g., 512KiB.
func ParseSize(s string) (int, error) { return parseSize(s) }

// FormatSize is the inverse of [ParseSize].
func FormatSize(n int) string { return formatSize(n) }

// parseDuration reads Go syntax with "d" for 24 h in front, e.g., 7d or 1d12h. It must be positive.
func parseDuration(s string) (time.Duration, error) {
	days, rest, ok := strings.Cut(s, "d")
	if !ok {
		days, rest = "0", s
	}
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > uint64(math.MaxInt64/(24*time.Hour)) {
		return 0, errDuration
	}
	var d time.Duration
	if rest != "" {
		if d, err = time.ParseDuration(rest); err != nil || strings.ContainsAny(rest, "+-") {
			return 0, errDuration
		}
	}
	d += time.Duration(n) * 24 * time.Hour
	if d <= 0 {
		return 0, errors.New("is not more than zero")
	}
	return d, nil
}

var errDuration = errors.New("is not a duration")

// formatDuration is the inverse of parseDuration.
func formatDuration(d time.Duration) string {
	if d == Forever {
		return "forever"
	}
	const day = 24 * time.Hour
	days, rest := d/day, d%day
	switch {
	case days == 0:
		return trimZeros(rest.String())
	case rest == 0:
		return fmt.Sprintf("%dd", days)
	}
	return fmt.Sprintf("%dd%s", days, trimZeros(rest.String()))
}

// trimZeros shortens 1h0m0s to 1h.
func trimZeros(s string) string {
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

var sizeUnits = []struct {
	name  string
	bytes int
}{
	{"GiB", 1 << 30},
	{"MiB", 1 << 20},
	{"KiB", 1 << 10},
	{"B", 1},
}

// parseSize reads a whole number with a binary unit, e.g., 512KiB. It must be positive and fit 31 bits, as a record's must.
func parseSize(s string) (int, error) {
	for _, unit := range sizeUnits {
		number, ok := strings.CutSuffix(s, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 63)
		switch {
		case err != nil:
			return 0, errSize
		case n == 0:
			return 0, errors.New("is not more than zero")
		case n > uint64(math.MaxInt32/unit.bytes):
			return 0, errors.New("is more than 2GiB-1B, the most that Kafka and protobuf hold")
		}
		return int(n) * unit.bytes, nil
	}
	return 0, errSize
}

var errSize = errors.New("is not a size")

// formatSize is the inverse of parseSize.
func formatSize(n int) string {
	for _, unit := range sizeUnits {
		if n%unit.bytes == 0 {
			return strconv.Itoa(n/unit.bytes) + unit.name
		}
	}
	return strconv.Itoa(n)
}
