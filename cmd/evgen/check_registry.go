package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/registration"
	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
)

// registryComparison is the comparison with a schema registry.
type registryComparison struct {
	*comparison
	client *registry.Client
	breaks map[string]bool // events whose readers break, as evgen finds
}

// compareRegistry compares each event with the versions of its subject: all of them under a transitive level, and otherwise the latest. Then the registry
// itself is asked, since servers differ. An error without an exit code is one of usage.
func (c *comparison) compareRegistry(ctx context.Context) error {
	client, err := c.registry()
	if err != nil {
		return err
	}
	if _, err := c.whole(ctx); err != nil {
		return err
	}
	r := &registryComparison{comparison: c, client: client, breaks: map[string]bool{}}
	var registered []*contract.Event
	for i := range c.state.Contract.Events {
		if e := &c.state.Contract.Events[i]; e.SubjectName != "" {
			registered = append(registered, e)
		}
	}
	if len(registered) == 0 {
		return errors.New("check: no event of this project has a subject in the registry: compare with git:<revision>")
	}
	for _, e := range registered {
		if err := r.subject(ctx, e); err != nil {
			return err
		}
	}
	if err := r.keySubjects(ctx); err != nil {
		return err
	}
	return r.ask(ctx)
}

// subject compares an event with the versions of its subject, the newest first: a change is found where it came about.
func (r *registryComparison) subject(ctx context.Context, e *contract.Event) error {
	versions, err := r.client.Versions(ctx, e.SubjectName)
	switch {
	case errors.Is(err, registry.ErrUnknownSubject):
		if !r.job.allowNew {
			r.object(e, gate.SubjectUnknown, fmt.Sprintf("the registry knows no subject %s of event %s", e.SubjectName, e.Name),
				"register it, or pass --allow-new if the event is new")
		}
		return nil
	case isSilent(ctx, err):
		return exit(exitEnvironment, err)
	case err != nil:
		r.unsound(e, err)
		return nil
	}
	latest, older := versions[len(versions)-1], versions[:len(versions)-1]
	was, err := r.latest(ctx, e, latest)
	if err != nil {
		return err
	}
	if !r.isTransitive(e, was.Contract) {
		return nil
	}
	for _, v := range slices.Backward(older) {
		if err := r.older(ctx, e, v, was); err != nil {
			return err
		}
	}
	return nil
}

// isTransitive says whether versions before the latest count, now or before: or a change could lower its own bar.
func (r *registryComparison) isTransitive(e *contract.Event, was *contract.Set) bool {
	if r.terms.LevelOf(e).Transitive() {
		return true
	}
	return was != nil && slices.ContainsFunc(was.Events, func(w contract.Event) bool { return r.terms.LevelOf(&w).Transitive() })
}

// latest compares an event with the latest version, and returns its state, empty if it is unknown.
func (r *registryComparison) latest(ctx context.Context, e *contract.Event, v *registry.Version) (*gate.State, error) {
	old, err := r.state(ctx, e, v)
	if err != nil || old == nil {
		return &gate.State{}, err
	}
	if old.Contract == nil && !r.knowsContracts() {
		r.object(e, gate.ContractUnknown, fmt.Sprintf("what %s promised of topic, key and revision of event %s is unknown: the registry keeps no contract of it", old.Name, e.Name),
			"compare with what was released, too: --against lock:<file> or --against git:<revision>")
	}
	now := *r.comparison.state
	now.Contract = gate.Successor(now.Contract, e.File, old.Contract)
	r.keep(e, gate.Judge(old, &now, r.termsOf(e)))
	return old, nil
}

// older compares an event with a version before the latest. What that one promised has been given up before, but its records are on the log.
func (r *registryComparison) older(ctx context.Context, e *contract.Event, v *registry.Version, latest *gate.State) error {
	old, err := r.state(ctx, e, v)
	if err != nil || old == nil {
		return err
	}
	r.keep(e, gate.JudgeOlder(old, latest, r.comparison.state, r.termsOf(e)))
	return nil
}

func (r *registryComparison) termsOf(e *contract.Event) gate.Terms {
	terms := r.terms
	terms.Event = e.Name
	return terms
}

// state compiles a version. One that does not compile, because somebody else registered it, is a finding, and the state is nil.
func (r *registryComparison) state(ctx context.Context, e *contract.Event, v *registry.Version) (*gate.State, error) {
	file := e.File
	if _, imported := v.Imports[file]; imported {
		file = "registered/" + file // the event has moved to a file that its own one imported
	}
	set, err := v.Compile(ctx, file, r.trees...)
	if err == nil {
		var state *gate.State
		if state, err = gate.VersionState(v, set, e.Name); err == nil {
			return state, nil
		}
	}
	if isSilent(ctx, err) {
		return nil, exit(exitEnvironment, err)
	}
	r.unsound(e, err)
	return nil, nil
}

// keep merges what was found for an event. The old side has no places: what is registered is no file that anybody could open.
func (r *registryComparison) keep(e *contract.Event, found []compat.Finding) {
	for i := range found {
		f := &found[i]
		f.Old = compat.Place{}
		if f.Effect != nil && f.Effect.Breaks&(compat.Backward|compat.Forward) != 0 && f.Severity == schema.Error {
			r.breaks[cmp.Or(f.Event, e.Name)] = true
		}
	}
	r.merge(found)
}

// keySubjects looks at the subjects of keys, which evgen has none of: somebody else may write keys with the id of a schema.
func (r *registryComparison) keySubjects(ctx context.Context) error {
	subjects := map[string][]contract.SubjectVersion{}
	for _, t := range r.comparison.state.Contract.Topics {
		subject := t.Name + "-key"
		versions, err := r.client.Identities(ctx, subject)
		if errors.Is(err, registry.ErrUnknownSubject) {
			continue
		}
		if err != nil {
			return environmentOf(err)
		}
		for _, v := range versions {
			subjects[subject] = append(subjects[subject], contract.SubjectVersion{Version: v.Number, ID: int(v.ID)})
		}
	}
	found := contract.CompareKeySubjects(r.comparison.state.Contract, subjects, contract.Options{Level: r.terms.Level, Baseline: "registry"})
	r.merge(found)
	return nil
}

// ask asks whether the registry would take what evgen would register. It sees the whole file, and each server has rules of its own.
func (r *registryComparison) ask(ctx context.Context) error {
	entries, err := r.registrations(ctx, r.job.stdout)
	if err != nil {
		return err
	}
	err = registration.Preview(ctx, r.client, entries, func(s registration.Step) {
		if e := r.comparison.state.Contract.Event(s.Event); e != nil {
			r.answer(e, s)
		}
	})
	switch {
	case isSilent(ctx, err):
		return exit(exitEnvironment, err)
	case err != nil:
		f := gate.Finding(gate.RegistryRefuses, fmt.Sprintf("the registry does not judge the schemas of this project: %v", err), "")
		f.Baseline = "registry"
		r.merge([]compat.Finding{f})
	}
	return nil
}

// answer compares the verdict of the registry with evgen's own, which stands alone where the registry could not be asked.
func (r *registryComparison) answer(e *contract.Event, s registration.Step) {
	switch refused := s.Action == registration.Refused; {
	case refused && !r.breaks[e.Name]:
		who := "the registry refuses"
		if s.Unasked != "" {
			who = fmt.Sprintf("the registry could not be asked, for %s, and by the rules of Confluent's it refuses", s.Unasked)
		}
		r.object(e, gate.RegistryRefuses, fmt.Sprintf("%s the schema of event %s under the level of subject %s, and evgen finds nothing that would be lost: %s",
			who, e.Name, s.Subject, reasons(s)), "the registry compares whole files by rules of its own: change the schema, or the level of the subject")
	case s.Action == registration.Registered && r.breaks[e.Name]:
		r.object(e, gate.RegistryDiffers, fmt.Sprintf("the registry would take the schema of event %s, although evgen finds that it breaks readers", e.Name), "")
	}
}

func reasons(s registration.Step) string {
	if len(s.Reasons) == 0 {
		return "it gives no reason"
	}
	return strings.Join(s.Reasons, "; ")
}

// unsound objects to a subject that cannot be compared with.
func (r *registryComparison) unsound(e *contract.Event, err error) {
	r.object(e, gate.VersionUnsound, fmt.Sprintf("event %s cannot be compared: %v", e.Name, err), "delete the version, or mend it in the registry")
}

// object adds a finding that something could not be compared, or what the registry says.
func (r *registryComparison) object(e *contract.Event, rule, message, help string) {
	f := gate.Finding(rule, message, help)
	f.Subject, f.Event, f.New, f.Baseline = e.Name, e.Name, e.At("event"), "registry"
	r.merge([]compat.Finding{f})
}

// isSilent says whether an error is that the registry gave no answer that counts.
func isSilent(ctx context.Context, err error) bool {
	_, silent := errors.AsType[*registry.UnavailableError](err)
	return err != nil && (silent || ctx.Err() != nil)
}
