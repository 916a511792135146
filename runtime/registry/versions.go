package registry

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/twmb/franz-go/pkg/sr"
)

// ErrUnknownSubject is wrapped when a subject has no version, or none that is not deleted.
var ErrUnknownSubject = errors.New("the registry does not know the subject")

// Versions returns all versions of a subject that are not deleted, oldest first, with the text of what they import. It fails
// with [ErrUnknownSubject] if there is none.
func (c *Client) Versions(ctx context.Context, subject string) ([]*Version, error) {
	numbers, err := c.numbers(ctx, subject)
	if err != nil {
		return nil, err
	}
	var versions []*Version
	read := newReader(c)
	for _, n := range numbers {
		v, err := read.resolved(ctx, subject, n)
		if isAbsent(err, codeVersion) {
			continue // deleted since it was listed
		}
		if err != nil {
			return nil, err
		}
		versions = append(versions, v)
	}
	if len(versions) == 0 {
		return nil, unknownSubject(subject)
	}
	return versions, nil
}

// Identity is what tells the versions of a subject apart.
type Identity struct {
	Number int
	ID     uint32
}

// Identities returns the versions of a subject that are not deleted, oldest first, whatever their schemas are written in, e.g., Avro. It fails
// with [ErrUnknownSubject] if there is none.
func (c *Client) Identities(ctx context.Context, subject string) ([]Identity, error) {
	numbers, err := c.numbers(ctx, subject)
	if err != nil {
		return nil, err
	}
	var all []Identity
	for _, n := range numbers {
		answer, err := c.answer(ctx, subject, n)
		if isAbsent(err, codeVersion) {
			continue // deleted since it was listed
		}
		if err != nil {
			return nil, err
		}
		if answer.ID < 1 || answer.ID > math.MaxUint32 {
			return nil, c.badAnswer(readVersion(subject, n), "id %d", answer.ID)
		}
		all = append(all, Identity{n, uint32(answer.ID)})
	}
	if len(all) == 0 {
		return nil, unknownSubject(subject)
	}
	return all, nil
}

func unknownSubject(subject string) error {
	return fmt.Errorf("list versions of subject %s: %w: register it with evgen register, or check its name", subject, ErrUnknownSubject)
}

// numbers returns the numbers of a subject's versions in ascending order, at least one.
func (c *Client) numbers(ctx context.Context, subject string) ([]int, error) {
	path, err := subjectPath("/subjects/", subject, "/versions")
	if err != nil {
		return nil, err
	}
	r := request{what: "list versions of subject " + subject, method: http.MethodGet, path: path}
	numbers, err := paged[int](ctx, c, r)
	if isAbsent(err, codeSubject) {
		return nil, unknownSubject(subject)
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(numbers)
	if len(numbers) == 0 || numbers[0] < 1 {
		return nil, c.badAnswer(r.what, "versions %v", numbers)
	}
	return numbers, nil
}

// version reads one version, without what it imports. number is [Latest] for the last one.
func (c *Client) version(ctx context.Context, subject string, number int) (*Version, error) {
	answer, err := c.answer(ctx, subject, number)
	if err != nil {
		return nil, err
	}
	if err := c.check(readVersion(subject, number), answer); err != nil {
		return nil, err
	}
	v := answer.version()
	v.Subject = subject // a server may add a context, or leave it out
	return v, nil
}

// answer is what the registry says of a version.
func (c *Client) answer(ctx context.Context, subject string, number int) (answer wireVersion, err error) {
	path, err := subjectPath("/subjects/", subject, "/versions/"+versionName(number))
	if err != nil {
		return answer, err
	}
	r := request{what: readVersion(subject, number), method: http.MethodGet, path: path}
	if err := c.do(ctx, r, &answer); err != nil {
		return answer, err
	}
	if number != Latest && answer.Version > 0 && answer.Version != number {
		return answer, c.badAnswer(r.what, "it is about version %d", answer.Version)
	}
	return answer, nil
}

func versionName(number int) string {
	if number == Latest {
		return "latest"
	}
	return strconv.Itoa(number)
}

func readVersion(subject string, number int) string {
	return fmt.Sprintf("read version %s of subject %s", versionName(number), subject)
}

// check says what an answer about a version lacks.
func (c *Client) check(what string, w wireVersion) error {
	switch {
	case w.ID < 1 || w.ID > math.MaxUint32:
		return c.badAnswer(what, "id %d", w.ID)
	case w.Version < 1:
		return c.badAnswer(what, "version %d", w.Version)
	case w.Schema == "":
		return c.badAnswer(what, "no text of a schema")
	case w.Type != protobuf:
		kind := w.Type
		if kind == "" {
			kind = "AVRO"
		}
		return fmt.Errorf("%s: it is a schema of type %s, not %s: check the name of the subject", what, kind, protobuf)
	}
	return nil
}

// pageSize is how many elements servers return in a list that is cut off silently, where they do that: 1000 subjects, 500 versions.
const pageSize = 500

// paged reads a whole list. Servers that know pages get asked for them; one that does not, and returns as much as a page holds, may hold back
// the rest, which is an error.
func paged[T comparable](ctx context.Context, c *Client, r request) ([]T, error) {
	var all []T
	seen := map[T]bool{}
	for {
		next := r
		next.params = append(slices.Clone(r.params), sr.Offset(len(all)))
		var page []T
		if err := c.do(ctx, next, &page); err != nil {
			return nil, err
		}
		known := len(all)
		for _, x := range page {
			if !seen[x] {
				seen[x] = true
				all = append(all, x)
			}
		}
		switch {
		case len(page) == 0, known == 0 && len(page) < pageSize:
			return all, nil
		case len(all) == known && len(page)%pageSize == 0:
			return nil, c.unavailable(r.what, fmt.Errorf("it lists %d and does not say whether there are more", len(page)))
		case len(all) == known:
			return all, nil // all of them again: it does not know pages, and has no limit
		}
	}
}
