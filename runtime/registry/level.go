package registry

import (
	"context"
	"fmt"
	"net/http"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/schema/compat"
)

// Level returns the compatibility level that was set for a subject, and false if none was. Apicurio answers NONE for a subject
// without a level, too.
func (c *Client) Level(ctx context.Context, subject string) (compat.Level, bool, error) {
	return c.level(ctx, subject)
}

// EffectiveLevel returns the level by which the registry judges a subject: its own, or else the registry's default. It is false where a server does not tell
// the default.
func (c *Client) EffectiveLevel(ctx context.Context, subject string) (compat.Level, bool, error) {
	return c.level(ctx, subject, sr.DefaultToGlobal)
}

func (c *Client) level(ctx context.Context, subject string, params ...sr.Param) (compat.Level, bool, error) {
	path, err := subjectPath("/config/", subject, "")
	if err != nil {
		return 0, false, err
	}
	r := request{what: "read level of subject " + subject, method: http.MethodGet, path: path, params: params}
	var answer struct {
		Level string `json:"compatibilityLevel"`
	}
	if err := c.do(ctx, r, &answer); isAbsent(err, codeSubject, codeLevel) {
		return 0, false, nil
	} else if err != nil {
		return 0, false, err
	}
	level, err := compat.ParseLevel(answer.Level)
	if err != nil {
		return 0, false, c.badAnswer(r.what, "%w", err)
	}
	return level, true, nil
}

// SetLevel sets the compatibility level of a subject. The subject must have a version: Apicurio knows no other subjects.
func (c *Client) SetLevel(ctx context.Context, subject string, level compat.Level) error {
	path, err := subjectPath("/config/", subject, "")
	if err != nil {
		return err
	}
	return c.do(ctx, request{
		what: fmt.Sprintf("set level %s of subject %s", level, subject), method: http.MethodPut, path: path,
		body: struct {
			Level string `json:"compatibility"`
		}{level.String()},
	}, nil)
}
