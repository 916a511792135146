package devregistry

import (
	"fmt"
	"net/http"
)

// problem is what a client is told when a request fails.
type problem struct {
	Status  int    `json:"-"`
	Code    int    `json:"error_code"`
	Message string `json:"message"`
}

func (p *problem) Error() string { return fmt.Sprintf("%d: %s", p.Code, p.Message) }

// The codes are those of Confluent's registry. Clients act on them.
const (
	subjectUnknown        = 40401
	versionUnknown        = 40402
	schemaUnknown         = 40403
	subjectDeleted        = 40404
	subjectNotDeleted     = 40405
	versionDeleted        = 40406
	versionNotDeleted     = 40407
	levelUnset            = 40408
	modeUnset             = 40409
	incompatible          = http.StatusConflict // newer servers say 40901, which not all clients know; all know 409
	schemaInvalid         = 42201
	versionInvalid        = 42202
	levelInvalid          = 42203
	modeInvalid           = 42204
	operationNotPermitted = 42205
	referenceExists       = 42206
	subjectInvalid        = 42208
	storeFailed           = 50001
)

// failf returns the problem with a code, whose first three digits are the HTTP status.
func failf(code int, format string, args ...any) *problem {
	status := code
	for status > 999 {
		status /= 10
	}
	return &problem{status, code, fmt.Sprintf(format, args...)}
}

func noSubject(subject string) *problem {
	return failf(subjectUnknown, "Subject '%s' not found.", subject)
}

func noVersion(v versionName) *problem { return failf(versionUnknown, "Version %s not found.", v) }

func invalidSchema(err error) *problem { return failf(schemaInvalid, "Invalid schema: %v", err) }
