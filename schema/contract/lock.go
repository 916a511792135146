package contract

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema"
)

// lockFormat is the version of the format that this package writes, and the newest that it reads.
const lockFormat = 1

const lockHeader = "# What was released of events and projections, for evgen check. evgen writes this file: review its changes, do not edit it.\n"

// Lock returns the set as the text of an evgen.lock. It holds facts in a stable order, one block for each topic, event and
// projection, so that a review sees what changes in a contract, and nothing when a proto file is merely rearranged.
func (s *Set) Lock() []byte {
	var b strings.Builder
	b.WriteString("evgen.lock 1\n" + lockHeader)
	writeBlocks(&b, topicBlock(), s.Topics)
	writeBlocks(&b, eventBlock(), s.Events)
	writeBlocks(&b, projectionBlock(), s.Projections)
	return []byte(b.String())
}

func writeBlocks[T any](b *strings.Builder, k block[T], all []T) {
	for i := range all {
		v := &all[i]
		b.WriteString("\n" + k.keyword + " " + token(*k.name(v)) + "\n")
		for _, a := range k.lines {
			for _, words := range a.write(v) {
				b.WriteString("  " + a.key + " " + strings.Join(words, " ") + "\n")
			}
		}
	}
}

// block describes how one kind of thing stands in the lock.
type block[T any] struct {
	keyword string
	name    func(*T) *string
	origin  func(*T) *origin
	lines   []line[T] // in the order of writing
}

// line is one key of a block. Writing and reading stand beside each other, so that a fact which is written is read.
type line[T any] struct {
	key      string
	repeats  bool
	required bool
	write    func(*T) [][]string // the words of each line; none: there is no such fact
	read     func(*T, *words)
}

// text is a fact that is a string; empty means that there is none.
func text[T any](key string, of func(*T) *string) line[T] {
	return line[T]{key: key,
		write: func(v *T) [][]string {
			if *of(v) == "" {
				return nil
			}
			return [][]string{{token(*of(v))}}
		},
		read: func(v *T, w *words) { *of(v) = w.text() },
	}
}

// word is a fact that is one of some words, and always there.
func word[T any](key string, of func(*T) *string, known ...string) line[T] {
	return line[T]{key: key, required: true,
		write: func(v *T) [][]string { return [][]string{{*of(v)}} },
		read:  func(v *T, w *words) { *of(v) = w.oneOf(known) },
	}
}

// choice is a word that may be absent.
func choice[T any](key string, of func(*T) *string, known ...string) line[T] {
	l := text(key, of)
	l.read = func(v *T, w *words) { *of(v) = w.oneOf(known) }
	return l
}

func flag[T any](key string, of func(*T) *bool) line[T] {
	return line[T]{key: key,
		write: func(v *T) [][]string {
			if !*of(v) {
				return nil
			}
			return [][]string{{"true"}}
		},
		read: func(v *T, w *words) { *of(v) = w.oneOf([]string{"true"}) == "true" },
	}
}

func duration[T any](key string, of func(*T) *time.Duration) line[T] {
	return line[T]{key: key, required: true,
		write: func(v *T) [][]string { return [][]string{{schema.FormatDuration(*of(v))}} },
		read:  func(v *T, w *words) { *of(v) = w.duration() },
	}
}

// list is a fact that fills any number of lines, which id tells apart.
func list[T, V any](key string, of func(*T) *[]V, id func(*V) string, write func(*V) []string, read func(*words) V) line[T] {
	return line[T]{key: key, repeats: true,
		write: func(v *T) [][]string {
			var lines [][]string
			for i := range *of(v) {
				lines = append(lines, write(&(*of(v))[i]))
			}
			return lines
		},
		read: func(v *T, w *words) {
			x := read(w)
			if slices.ContainsFunc(*of(v), func(other V) bool { return id(&other) == id(&x) }) {
				w.fail("%s %s is here a second time", key, id(&x))
			}
			*of(v) = append(*of(v), x)
		},
	}
}

// optional is a fact that fills one line or none.
func optional[T, V any](key string, of func(*T) **V, write func(*V) []string, read func(*words) V) line[T] {
	return line[T]{key: key,
		write: func(v *T) [][]string {
			if *of(v) == nil {
				return nil
			}
			return [][]string{write(*of(v))}
		},
		read: func(v *T, w *words) {
			x := read(w)
			*of(v) = &x
		},
	}
}

// token writes a word as it is if that is plain, else quoted.
func token(s string) string {
	if s != "" && s != "=" && !strings.ContainsFunc(s, isSpecial) {
		return s
	}
	return strconv.Quote(s)
}

func isSpecial(c rune) bool { return c <= ' ' || c == '"' || c == '#' || c >= 0x7f }

func writeField(f *Field) []string {
	words := []string{token(f.Path), "=", token(f.Numbers), token(f.Type)}
	if f.Optional {
		words = append(words, "optional")
	}
	return words
}

func readField(w *words) Field {
	f := Field{Path: w.text(), Place: w.place}
	w.literal("=")
	f.Numbers, f.Type = w.text(), w.text()
	f.Optional = w.have("optional")
	return f
}

func writeTexts(texts []string) []string {
	tokens := make([]string, len(texts))
	for i, t := range texts {
		tokens[i] = token(t)
	}
	return tokens
}

func writeNumbers(numbers []int32) []string {
	tokens := make([]string, len(numbers))
	for i, n := range numbers {
		tokens[i] = strconv.Itoa(int(n))
	}
	return tokens
}
