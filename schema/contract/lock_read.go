package contract

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// ReadLock reads what [Set.Lock] wrote. Name is how people call the file; places are its lines. It is strict, because a fact that is read
// past would be a change that nobody sees: the error names the line and the next step.
func ReadLock(name string, raw []byte) (*Set, error) {
	r := &lockReader{name: name, set: &Set{}, topics: topicBlock(), events: eventBlock(), projections: projectionBlock()}
	if err := r.conflict(raw); err != nil {
		return nil, err
	}
	for text := range bytes.Lines(raw) {
		r.number++
		if err := r.line(strings.TrimRight(string(text), "\r\n")); err != nil {
			return nil, err
		}
	}
	if r.number == 0 {
		return nil, fmt.Errorf("read %s: the file is empty (restore it from version control, or write it anew with evgen generate)", name)
	}
	if err := r.endBlock(); err != nil {
		return nil, err
	}
	r.set.sort()
	return r.set, nil
}

// lockReader is one run of [ReadLock].
type lockReader struct {
	name        string
	number      int // of the line
	set         *Set
	topics      block[Topic]
	events      block[Event]
	projections block[Projection]

	// The block that is being read.
	add func(key string, w *words) error
	end func() error
}

func (r *lockReader) errorf(format string, args ...any) error {
	return fmt.Errorf("read %s:%d: %s", r.name, r.number, fmt.Sprintf(format, args...))
}

const anew = "restore the file from version control, or write it anew with evgen generate"

// conflict looks for the marks that git leaves in a file that two branches changed.
func (r *lockReader) conflict(raw []byte) error {
	n := 0
	for text := range bytes.Lines(raw) {
		n++
		if bytes.HasPrefix(text, []byte("<<<<<<< ")) || bytes.HasPrefix(text, []byte(">>>>>>> ")) || bytes.Equal(bytes.TrimSpace(text), []byte("=======")) {
			r.number = n
			return r.errorf("the file has a merge conflict (take the side that was released last, and let evgen generate write the rest anew)")
		}
	}
	return nil
}

func (r *lockReader) line(text string) error {
	switch {
	case r.number == 1:
		return r.header(text)
	case strings.TrimSpace(text) == "", strings.HasPrefix(text, "#"):
		return nil
	}
	inner, indented := strings.CutPrefix(text, "  ")
	w, err := r.split(inner)
	if err != nil {
		return err
	}
	key := w.text()
	if !indented {
		return r.start(key, w)
	}
	if r.add == nil {
		return r.errorf("%q stands outside of a block (%s)", key, anew)
	}
	return r.add(key, w)
}

func (r *lockReader) header(text string) error {
	version, ok := strings.CutPrefix(text, "evgen.lock ")
	n, err := strconv.Atoi(version)
	switch {
	case !ok || err != nil || n < 1:
		return r.errorf("the first line is not %q (%s)", "evgen.lock "+strconv.Itoa(lockFormat), anew)
	case n > lockFormat:
		return r.errorf("the file has format %d, and this evgen reads up to %d (upgrade evgen)", n, lockFormat)
	}
	return nil
}

func (r *lockReader) start(keyword string, w *words) error {
	if err := r.endBlock(); err != nil {
		return err
	}
	name := w.text()
	if err := w.done(); err != nil {
		return err
	}
	switch keyword {
	case r.topics.keyword:
		return startBlock(r, r.topics, &r.set.Topics, name)
	case r.events.keyword:
		return startBlock(r, r.events, &r.set.Events, name)
	case r.projections.keyword:
		return startBlock(r, r.projections, &r.set.Projections, name)
	}
	return r.unknown(keyword, []string{r.topics.keyword, r.events.keyword, r.projections.keyword})
}

func (r *lockReader) endBlock() error {
	if r.end == nil {
		return nil
	}
	return r.end()
}

func (r *lockReader) unknown(key string, known []string) error {
	if near := nearest.Of(key, known); near != "" {
		return r.errorf("unknown key %q (did you mean %q?)", key, near)
	}
	return r.errorf("unknown key %q (%s)", key, anew)
}

func startBlock[T any](r *lockReader, k block[T], all *[]T, name string) error {
	if slices.ContainsFunc(*all, func(v T) bool { return *k.name(&v) == name }) {
		return r.errorf("%s %s is here a second time (%s)", k.keyword, name, anew)
	}
	*all = append(*all, *new(T))
	v := &(*all)[len(*all)-1]
	*k.name(v) = name
	o, seen := k.origin(v), map[string]bool{}
	o.whole = r.place()
	began := r.number
	r.add = func(key string, w *words) error {
		i := slices.IndexFunc(k.lines, func(l line[T]) bool { return l.key == key })
		switch {
		case i < 0:
			return r.unknown(key, keys(k))
		case seen[key] && !k.lines[i].repeats:
			return r.errorf("%s of %s is here a second time (%s)", key, name, anew)
		}
		seen[key] = true
		o.put(key, r.place())
		k.lines[i].read(v, w)
		return w.done()
	}
	r.end = func() error {
		for _, l := range k.lines {
			if l.required && !seen[l.key] {
				r.number = began
				return r.errorf("%s %s lacks %s (%s)", k.keyword, name, l.key, anew)
			}
		}
		return nil
	}
	return nil
}

func keys[T any](k block[T]) []string {
	names := make([]string, len(k.lines))
	for i, l := range k.lines {
		names[i] = l.key
	}
	return names
}

func (r *lockReader) place() compat.Place {
	return compat.Place{File: r.name, Start: schema.Position{Path: r.name, Line: r.number, Column: 1}}
}

// split separates the words of a line, some of which are quoted.
func (r *lockReader) split(text string) (*words, error) {
	w := &words{r: r, place: r.place()}
	for text = strings.TrimLeft(text, " "); text != ""; text = strings.TrimLeft(text, " ") {
		if text[0] != '"' {
			bare, rest, _ := strings.Cut(text, " ")
			w.left, text = append(w.left, piece{text: bare, bare: true}), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return nil, r.errorf("a quoted text does not end (%s)", anew)
		}
		plain, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, r.errorf("%s is not a quoted text (%s)", quoted, anew)
		}
		w.left, text = append(w.left, piece{text: plain}), text[len(quoted):]
	}
	return w, nil
}
