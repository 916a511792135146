package registry

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"
)

// Subjects returns the subjects whose names begin with prefix, sorted, without those that are deleted.
func (c *Client) Subjects(ctx context.Context, prefix string) ([]string, error) {
	r := request{what: "list subjects", method: http.MethodGet, path: "/subjects"}
	if prefix != "" {
		r.params = []sr.Param{sr.SubjectPrefix(prefix)}
	}
	subjects, err := paged[string](ctx, c, r)
	if err != nil {
		return nil, err
	}
	// Apicurio ignores the prefix.
	subjects = slices.DeleteFunc(subjects, func(s string) bool { return !strings.HasPrefix(s, prefix) })
	slices.Sort(subjects)
	return subjects, nil
}
