package registry

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"
)

// Verdict is what a registry says of a schema before it is registered.
type Verdict uint8

// The verdicts.
const (
	Unknown    Verdict = iota // the registry could not tell
	Compatible                // it would take the schema
	Incompatible
)

// String returns the verdict in lower case.
func (v Verdict) String() string { return [...]string{"unknown", "compatible", "incompatible"}[v] }

// Answer is a verdict with what the registry says about it. Many give no reasons.
type Answer struct {
	Verdict  Verdict
	Messages []string // in the words of the server
}

// Compatible asks whether the registry would take the schema under the subject's level. A subject that it does not know takes any schema. A server that cannot
// judge a schema, as Apicurio 3.3 cannot with imports, answers that it is invalid: its verdict is unknown, not no.
func (c *Client) Compatible(ctx context.Context, subject string, s Schema) (Answer, error) {
	s, err := c.pinned(ctx, s)
	if err != nil {
		return Answer{}, err
	}
	path, err := subjectPath("/compatibility/subjects/", subject, "/versions")
	if err != nil {
		return Answer{}, err
	}
	r := request{
		what: "check compatibility with subject " + subject, method: http.MethodPost, path: path,
		params: []sr.Param{sr.Verbose}, body: s.onTheWire(),
	}
	var answer struct {
		Compatible *bool    `json:"is_compatible"`
		Messages   []string `json:"messages"`
	}
	err = c.do(ctx, r, &answer)
	switch {
	case isAbsent(err, codeSubject, codeVersion):
		return Answer{Verdict: Compatible}, nil
	case isInvalid(err):
		return Answer{Verdict: Unknown, Messages: []string{err.Error()}}, nil
	case err != nil:
		return Answer{}, err
	case answer.Compatible == nil:
		return Answer{}, c.badAnswer(r.what, "no is_compatible")
	case *answer.Compatible:
		return Answer{Verdict: Compatible, Messages: answer.Messages}, nil
	}
	return Answer{Verdict: Incompatible, Messages: answer.Messages}, nil
}

// Reasons returns the messages that say what is wrong, as rule and description where they have that form. Messages that only
// repeat the old schema or the configuration are left out.
func (a Answer) Reasons() []string {
	var reasons []string
	for _, m := range a.Messages {
		found := reasonsIn(m)
		if len(found) == 0 && !circumstance.MatchString(m) {
			found = []string{brief(m)}
		}
		reasons = append(reasons, found...)
	}
	return reasons
}

// reason is the part of a message that names a rule. Servers write something like JSON, in which strings are not escaped.
var reason = regexp.MustCompile(`(?s)errorType['"]?\s*:\s*['"]([A-Z_0-9]+)['"](?:[^{}]*?description['"]?\s*:\s*(?:"(.*?)"|'(.*?)')\s*[,}])?`)

// circumstance are messages about the circumstances of a verdict.
var circumstance = regexp.MustCompile(`^\s*\{\s*['"]?(oldSchema|oldSchemaVersion|validateFields|compatibility)['"]?\s*:`)

// reasonsIn returns the rules that a message names, each with its description if it has one. The old schema, which some messages end with, says nothing.
func reasonsIn(message string) []string {
	message, _, _ = strings.Cut(message, "{oldSchema")
	var reasons []string
	for _, found := range reason.FindAllStringSubmatch(message, -1) {
		text := found[1]
		if description := found[2] + found[3]; description != "" {
			text += ": " + description
		}
		reasons = append(reasons, text)
	}
	return reasons
}

// briefly is how much is shown of a message of which nobody knows how long it is.
const briefly = 300

// brief returns the first line of a message, or the beginning of it.
func brief(message string) string {
	line, rest, _ := strings.Cut(strings.TrimSpace(message), "\n")
	if len(line) > briefly {
		return strings.ToValidUTF8(line[:briefly], "") + " …"
	}
	if rest != "" {
		return line + " …"
	}
	return line
}
