package devregistry

import (
	"strings"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
	"github.com/evgen-dev/evgen/schema/compat"
)

// levelAnswer is a level as it is read, levelRequest as it is written: the API names it differently.
type (
	levelAnswer struct {
		Level string `json:"compatibilityLevel"`
	}
	levelRequest struct {
		Level string `json:"compatibility"`
	}
)

// levelOf returns the level that holds for a subject.
func (r *Registry) levelOf(subject string) compat.Level {
	for _, name := range []string{r.catalog.Settings(subject).Level, r.catalog.Settings("").Level} {
		if level, err := compat.ParseLevel(name); err == nil {
			return level
		}
	}
	return compat.LevelBackward
}

func (r *Registry) globalLevel(*request) (any, error) {
	return levelAnswer{r.levelOf("").String()}, nil
}

func (r *Registry) level(req *request) (any, error) {
	switch own := r.catalog.Settings(req.subject()).Level; {
	case own != "":
		return levelAnswer{own}, nil
	case req.is("defaultToGlobal"):
		return r.globalLevel(req)
	}
	return nil, failf(levelUnset, "Subject '%s' does not have subject-level compatibility configured", req.subject())
}

func (r *Registry) setLevel(req *request) (any, error) {
	var wanted levelRequest
	if err := req.decode(&wanted); err != nil {
		return nil, err
	}
	level, err := compat.ParseLevel(strings.ToUpper(wanted.Level))
	if err != nil {
		return nil, failf(levelInvalid, "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, "+
			"forward_transitive, and full_transitive")
	}
	if err := r.mayWrite(req.subject()); err != nil {
		return nil, err
	}
	return levelRequest{level.String()}, r.set(req.subject(), func(s *catalog.Settings) { s.Level = level.String() })
}

func (r *Registry) unsetLevel(req *request) (any, error) {
	own := r.catalog.Settings(req.subject()).Level
	if own == "" && req.subject() != "" {
		return nil, noSubject(req.subject())
	}
	if err := r.mayWrite(req.subject()); err != nil {
		return nil, err
	}
	was := levelAnswer{r.levelOf(req.subject()).String()}
	return was, r.set(req.subject(), func(s *catalog.Settings) { s.Level = "" })
}
