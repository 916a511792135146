package registry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"
)

// UnavailableError says that the registry gave no answer that counts: it was not reached, did not know the caller, failed itself, or
// answered with something else than its API promises. Nothing follows about the schema; trying again may help.
type UnavailableError struct {
	What    string // was asked, e.g., list versions of subject orders-value
	Address string
	Err     error
}

// Error returns what was asked, of whom, and what came of it.
func (e *UnavailableError) Error() string {
	return fmt.Sprintf("%s: schema registry at %s: %v", e.What, e.Address, e.Err)
}

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// RefusedError is a no of the registry.
type RefusedError struct {
	What    string // was asked, e.g., register subject orders-value
	Status  int    // of HTTP
	Code    int    // of the registry, e.g., 42201; 0: none
	Message string // at most 2000 bytes of it

	reasons []string
}

// Error returns what was asked and what the registry said.
func (e *RefusedError) Error() string {
	switch {
	case e.Incompatible():
		return fmt.Sprintf("%s: the registry refuses it as incompatible: %s", e.What, strings.Join(e.Reasons(), "; "))
	case e.Code != 0:
		return fmt.Sprintf("%s: the registry refuses it: %s (code %d)", e.What, e.Message, e.Code)
	}
	return fmt.Sprintf("%s: the registry refuses it: %s (HTTP %d)", e.What, e.Message, e.Status)
}

// Incompatible says whether the level of the subject forbids the schema. The status decides: the code is 409 or 40901 by version, and Apicurio has
// 409 for other conflicts, too, with a code that says so.
func (e *RefusedError) Incompatible() bool {
	return e.Status == http.StatusConflict && (e.Code == 0 || e.Code/100 == 409 || e.Code == http.StatusConflict)
}

// Reasons says what is wrong, as rule and description where the message has that form; otherwise it is how the message begins.
func (e *RefusedError) Reasons() []string {
	if len(e.reasons) > 0 {
		return slices.Clone(e.reasons)
	}
	return []string{brief(e.Message)}
}

// Codes of things that are not there; servers differ in which they use for a subject without a level.
const (
	codeSubject = 40401
	codeVersion = 40402
	codeSchema  = 40403
	codeLevel   = 40408
)

func isAbsent(err error, codes ...int) bool {
	refused, ok := errors.AsType[*RefusedError](err)
	if !ok || refused.Status != http.StatusNotFound {
		return false
	}
	for _, code := range codes {
		if refused.Code == code {
			return true
		}
	}
	return false
}

// explain turns an error of the client library into one of this package.
func (c *Client) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	answer, ok := errors.AsType[*sr.ResponseError](err)
	if !ok {
		return c.unavailable(what, withoutAnswer(err))
	}
	message := answer.Message
	switch {
	case message == "":
		message = fmt.Sprintf("%.200q", answer.Raw)
	case len(message) > 2000:
		message = brief(message)
	}
	switch status := answer.StatusCode; {
	case status == http.StatusUnauthorized:
		return c.unavailable(what, errors.New("it does not know the caller (HTTP 401): check user and password"))
	case status == http.StatusForbidden:
		return c.unavailable(what, errors.New("the caller may not do that (HTTP 403): ask for the right, or use other credentials"))
	case status == http.StatusNotFound && answer.ErrorCode/100 != 404:
		return c.unavailable(what, fmt.Errorf("it has no such resource (HTTP 404, %s): check the path of its URL", message))
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests, status < 400, status >= 500:
		return c.unavailable(what, fmt.Errorf("it fails with HTTP %d: %s", status, message))
	}
	return &RefusedError{What: what, Status: answer.StatusCode, Code: answer.ErrorCode, Message: message, reasons: reasonsIn(answer.Message)}
}

func (c *Client) unavailable(what string, err error) error {
	return &UnavailableError{What: what, Address: c.shown, Err: err}
}

// withoutAnswer returns why no answer came, without the URL, which the client library repeats with its password.
func withoutAnswer(err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return fmt.Errorf("no answer in time: %w", lastCause(err))
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("not reached: %w", failed.Err)
	}
	if strings.HasPrefix(err.Error(), "unable to decode ok response body") {
		return fmt.Errorf("its answer is not that of a schema registry: %w", lastCause(err))
	}
	return fmt.Errorf("its answer is cut off or broken: %w", lastCause(err))
}

// lastCause follows single causes down to the last.
func lastCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// badAnswer is an answer that parses, but lacks what the API promises.
func (c *Client) badAnswer(what, format string, args ...any) error {
	return c.unavailable(what, fmt.Errorf("its answer is not that of a schema registry: "+format, args...))
}
