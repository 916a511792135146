package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// words are what is left of a line. The first problem is kept, and everything after it is empty.
type words struct {
	r     *lockReader
	left  []piece
	place compat.Place
	err   error
}

// piece is a word; keywords are never quoted.
type piece struct {
	text string
	bare bool
}

func (w *words) fail(format string, args ...any) {
	if w.err == nil {
		w.err = w.r.errorf("%s (%s)", fmt.Sprintf(format, args...), anew)
	}
}

func (w *words) done() error {
	if w.err == nil && len(w.left) > 0 {
		w.fail("%q is too much", w.left[0].text)
	}
	return w.err
}

func (w *words) text() string {
	if len(w.left) == 0 {
		w.fail("the line is cut off")
		return ""
	}
	first := w.left[0]
	w.left = w.left[1:]
	return first.text
}

func (w *words) texts() []string {
	var all []string
	for len(w.left) > 0 {
		all = append(all, w.text())
	}
	return all
}

// have takes a keyword if it is next.
func (w *words) have(keyword string) bool {
	if len(w.left) == 0 || w.left[0] != (piece{keyword, true}) {
		return false
	}
	w.left = w.left[1:]
	return true
}

func (w *words) literal(keyword string) {
	if !w.have(keyword) {
		w.fail("%q is missing", keyword)
	}
}

func (w *words) oneOf(known []string) string {
	got := w.text()
	if !slices.Contains(known, got) {
		w.fail("%q is not one of %s", got, strings.Join(known, ", "))
	}
	return got
}

func (w *words) number() int32 {
	got := w.text()
	n, err := strconv.ParseInt(got, 10, 32)
	if err != nil {
		w.fail("%q is not a number", got)
	}
	return int32(n)
}

func (w *words) numbers() []int32 {
	var all []int32
	for len(w.left) > 0 {
		all = append(all, w.number())
	}
	return all
}

func (w *words) size() int {
	got := w.text()
	n, err := schema.ParseSize(got)
	if err != nil {
		w.fail("%q %s", got, err)
	}
	return n
}

// sizeOf reads a size behind its keyword.
func (w *words) sizeOf(keyword string) int {
	w.literal(keyword)
	return w.size()
}

func (w *words) duration() time.Duration {
	got := w.text()
	d, err := schema.ParseDuration(got)
	if err != nil {
		w.fail("%q %s", got, err)
	}
	return d
}
