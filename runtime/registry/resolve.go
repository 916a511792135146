package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds of what one schema may import: far above what people write, far below what fills the memory.
const (
	maxImports     = 4000
	maxImportBytes = 64 << 20
)

// reader reads versions with what they import, each version once. A version of a subject never changes.
type reader struct {
	c    *Client
	read map[Reference]*Version // without names
}

func newReader(c *Client) *reader { return &reader{c, map[Reference]*Version{}} }

func (r *reader) version(ctx context.Context, subject string, number int) (*Version, error) {
	at := Reference{Subject: subject, Version: number}
	if v := r.read[at]; v != nil {
		return v, nil
	}
	v, err := r.c.version(ctx, subject, number)
	if err == nil {
		r.read[at] = v
	}
	return v, err
}

// resolved returns a version with its imports.
func (r *reader) resolved(ctx context.Context, subject string, number int) (*Version, error) {
	found, err := r.version(ctx, subject, number)
	if err != nil {
		return nil, err
	}
	v := *found
	if v.Imports, err = r.imports(ctx, v.References); err != nil {
		return nil, unusable(subject, v.Number, err)
	}
	return &v, nil
}

// imports returns the text of what refs name, and of what that references, by path. As in Confluent's own clients the first
// of two references with one name counts.
func (r *reader) imports(ctx context.Context, refs []Reference) (map[string]string, error) {
	w := walk{reader: r, texts: map[string]string{}}
	if err := w.visit(ctx, refs); err != nil {
		return nil, err
	}
	return w.texts, nil
}

// walk is one way through references, depth first.
type walk struct {
	*reader
	texts map[string]string
	bytes int
	path  []string // the names of where it is
}

func (w *walk) visit(ctx context.Context, refs []Reference) error {
	for _, ref := range refs {
		if slices.Contains(w.path, ref.Name) {
			return fmt.Errorf("its references form a cycle: %s", strings.Join(append(w.path, ref.Name), " -> "))
		}
		if _, seen := w.texts[ref.Name]; seen {
			continue
		}
		if err := w.enter(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) enter(ctx context.Context, ref Reference) error {
	if ref.Name == "" || ref.Version < 1 && ref.Version != Latest {
		return fmt.Errorf("it has a reference called %q to version %d of subject %q, which cannot be", ref.Name, ref.Version, ref.Subject)
	}
	v, err := w.version(ctx, ref.Subject, ref.Version)
	if isAbsent(err, codeSubject, codeVersion) {
		return fmt.Errorf("it imports %s, which is not there: version %d of subject %s is deleted or was never registered", ref.Name, ref.Version, ref.Subject)
	}
	if err != nil {
		return fmt.Errorf("import %s: %w", ref.Name, err)
	}
	w.texts[ref.Name] = v.Text
	if w.bytes += len(v.Text); len(w.texts) > maxImports || w.bytes > maxImportBytes {
		return errors.New("it imports more than 4000 files or 64 MiB")
	}
	w.path = append(w.path, ref.Name)
	defer func() { w.path = w.path[:len(w.path)-1] }()
	return w.visit(ctx, v.References)
}

// pinned returns s with numbers for [Latest], which Apicurio does not take, and which would make the same schema mean another one later.
func (c *Client) pinned(ctx context.Context, s Schema) (Schema, error) {
	s.References = s.sorted()
	for i, ref := range s.References {
		if ref.Version != Latest {
			continue
		}
		v, err := c.version(ctx, ref.Subject, Latest)
		if isAbsent(err, codeSubject, codeVersion) {
			return s, fmt.Errorf("find import %s: %w: register it first", ref.Name, fmt.Errorf("subject %s: %w", ref.Subject, ErrUnknownSubject))
		}
		if err != nil {
			return s, err
		}
		s.References[i].Version = v.Number
	}
	return s, nil
}
