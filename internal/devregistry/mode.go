package devregistry

import (
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
)

// The modes. Others that real registries know are for clusters of them.
const (
	readWrite = "READWRITE"
	readOnly  = "READONLY"
	importing = "IMPORT"
)

type modeAnswer struct {
	Mode string `json:"mode"`
}

// modeOf returns the mode that holds for a subject.
func (r *Registry) modeOf(subject string) string {
	for _, mode := range []string{r.catalog.Settings(subject).Mode, r.catalog.Settings("").Mode} {
		if mode != "" {
			return mode
		}
	}
	return readWrite
}

func (r *Registry) mayWrite(subject string) error {
	if r.modeOf(subject) == readOnly {
		return failf(operationNotPermitted, "Subject %s is in read-only mode", subject)
	}
	return nil
}

// checkMode fails unless the mode of a subject lets a proposal become a version: only those with an id are imported.
func (r *Registry) checkMode(subject string, p *proposal) error {
	if err := r.mayWrite(subject); err != nil {
		return err
	}
	switch mode := r.modeOf(subject); {
	case p.ID > 0 && mode != importing:
		return failf(operationNotPermitted, "Subject %s is not in import mode", subject)
	case p.ID <= 0 && mode != readWrite:
		return failf(operationNotPermitted, "Subject %s is not in read-write mode", subject)
	}
	return nil
}

func (r *Registry) globalMode(*request) (any, error) { return modeAnswer{r.modeOf("")}, nil }

func (r *Registry) mode(req *request) (any, error) {
	switch own := r.catalog.Settings(req.subject()).Mode; {
	case own != "":
		return modeAnswer{own}, nil
	case req.is("defaultToGlobal"):
		return modeAnswer{r.modeOf("")}, nil
	}
	return nil, failf(modeUnset, "Subject '%s' does not have subject-level mode configured", req.subject())
}

func (r *Registry) setMode(req *request) (any, error) {
	var wanted modeAnswer
	if err := req.decode(&wanted); err != nil {
		return nil, err
	}
	wanted.Mode = strings.ToUpper(wanted.Mode)
	if !slices.Contains([]string{readWrite, readOnly, importing}, wanted.Mode) {
		return nil, failf(modeInvalid, "Invalid mode. Valid values are %s, %s, and %s", readWrite, readOnly, importing)
	}
	if wanted.Mode == importing && !req.is("force") && r.hasVersions(req.subject()) {
		return nil, failf(operationNotPermitted, "Cannot import since found existing subjects")
	}
	return wanted, r.set(req.subject(), func(s *catalog.Settings) { s.Mode = wanted.Mode })
}

// hasVersions says whether a subject has a version; "" is all of them.
func (r *Registry) hasVersions(subject string) bool {
	subjects := []string{subject}
	if subject == "" {
		subjects = r.catalog.Subjects()
	}
	return slices.ContainsFunc(subjects, func(s string) bool { return len(live(r.catalog.Versions(s))) > 0 })
}

func (r *Registry) unsetMode(req *request) (any, error) {
	own := r.catalog.Settings(req.subject()).Mode
	if own == "" && req.subject() != "" {
		return nil, noSubject(req.subject())
	}
	was := modeAnswer{r.modeOf(req.subject())}
	return was, r.set(req.subject(), func(s *catalog.Settings) { s.Mode = "" })
}

// set changes one of the settings of a subject.
func (r *Registry) set(subject string, change func(*catalog.Settings)) error {
	s := r.catalog.Settings(subject)
	change(&s)
	return r.catalog.Commit(catalog.Change{Settings: map[string]catalog.Settings{subject: s}})
}
