package registry

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
)

// Register puts a schema under a subject and returns its version, or returns the version that has it already. Two schemas are the same if they
// compile to the same, with the same references; so metadata alone makes no new version. A schema that does not compile is not sent: some
// servers take it. If the level of the subject forbids the schema, the error is a [*RefusedError] that is incompatible.
//
// Metadata is refused for subjects of keys, <topic>-key: other metadata is another version with another id, and producers of other
// tools write that id before the key, so that one entity would get two keys.
func (c *Client) Register(ctx context.Context, subject string, s Schema) (*Version, error) {
	if strings.HasSuffix(subject, "-key") && len(s.Metadata) > 0 {
		return nil, fmt.Errorf("register subject %s: the schema of a key has no metadata, which would change the id that keys begin with: leave it out", subject)
	}
	s, err := c.pinned(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("register subject %s: %w", subject, err)
	}
	found, err := c.find(ctx, subject, s)
	if err != nil || found != nil {
		return found, err
	}
	id, err := c.post(ctx, subject, s)
	if err != nil {
		return nil, err
	}
	// Older servers answer with nothing but the id.
	v, err := c.lookup(ctx, subject, s)
	if err == nil && v == nil {
		err = c.badAnswer("register subject "+subject, "it has id %d, but no version", id)
	}
	return v, err
}

// Lookup returns the version of a subject that has the schema, or nil. It is what [Client.Register] asks before it writes.
func (c *Client) Lookup(ctx context.Context, subject string, s Schema) (*Version, error) {
	s, err := c.pinned(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("look up subject %s: %w", subject, err)
	}
	return c.find(ctx, subject, s)
}

// find asks the server first, which knows the schema if evgen registered it, and then compares with every version: another
// tool may have registered another text of the same schema.
func (c *Client) find(ctx context.Context, subject string, s Schema) (*Version, error) {
	read := newReader(c)
	imports, err := read.imports(ctx, s.References)
	if err != nil {
		return nil, unusable(subject, 0, err)
	}
	wanted, err := normalText(ctx, s.Text, imports, s.Deps)
	if err != nil {
		return nil, &SchemaError{Subject: subject, Err: err}
	}
	if v, err := c.lookup(ctx, subject, s); err != nil || v != nil {
		return v, err
	}
	numbers, err := c.numbers(ctx, subject)
	if errors.Is(err, ErrUnknownSubject) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Backward(numbers) {
		v, err := read.version(ctx, subject, n)
		if err != nil && !isAbsent(err, codeVersion) {
			return nil, err
		}
		if v == nil || !slices.Equal(v.sorted(), s.sorted()) {
			continue
		}
		// A version that does not compile is none that equals this one.
		if text, err := normalText(ctx, v.Text, imports, s.Deps); err == nil && text == wanted {
			return v, nil
		}
	}
	return nil, ctx.Err()
}

// lookup returns the version that a server takes for the schema, or nil.
func (c *Client) lookup(ctx context.Context, subject string, s Schema) (*Version, error) {
	path, err := subjectPath("/subjects/", subject, "")
	if err != nil {
		return nil, err
	}
	r := request{what: "look up schema in subject " + subject, method: http.MethodPost, path: path, body: s.onTheWire()}
	var answer wireVersion
	if err := c.do(ctx, r, &answer); isAbsent(err, codeSubject, codeSchema, codeVersion) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	answer.Type = protobuf // Apicurio leaves the type out
	if err := c.check(r.what, answer); err != nil {
		return nil, err
	}
	v := answer.version()
	v.Subject = subject
	return v, nil
}

func (c *Client) post(ctx context.Context, subject string, s Schema) (int64, error) {
	path, err := subjectPath("/subjects/", subject, "/versions")
	if err != nil {
		return 0, err
	}
	r := request{what: "register subject " + subject, method: http.MethodPost, path: path, body: s.onTheWire()}
	var answer struct {
		ID int64 `json:"id"`
	}
	if err := c.do(ctx, r, &answer); err != nil {
		return 0, err
	}
	if answer.ID < 1 || answer.ID > math.MaxUint32 {
		return 0, c.badAnswer(r.what, "id %d", answer.ID)
	}
	return answer.ID, nil
}

// isInvalid says whether a server cannot do anything with a schema.
func isInvalid(err error) bool {
	refused, ok := errors.AsType[*RefusedError](err)
	return ok && refused.Status == http.StatusUnprocessableEntity
}
