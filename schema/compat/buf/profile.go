package buf

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Profile judges changes by the rules of one category, less what the configuration of a module leaves out.
type Profile struct {
	Category Category // 0: the rules that the configuration uses, which are those of [File] by default
	Module   Module   // the zero Module leaves nothing out
}

// Judge returns what buf breaking finds between two sides: those of one module with all that its files import. The facts are those of [compat.Compare] without
// renames, of which buf knows nothing. All findings are errors. They are sorted by the new place, those without one first.
//
// An element that is not written, such as an option that is gone, has no location; buf then points at the declaration around it, or at the file.
func (p Profile) Judge(old, now *compat.Snapshot, facts []compat.Fact) []compat.Finding {
	j := judgement{profile: p, old: newSide(old), now: newSide(now), byKind: p.rulesByKind(), seen: map[pair]bool{}}
	for i := range facts {
		j.judge(&change{Fact: facts[i], old: j.old, now: j.now})
	}
	slices.SortStableFunc(j.findings, compareFindings)
	return j.findings
}

// rulesByKind returns the rules that apply, by the facts that they look at.
func (p Profile) rulesByKind() map[compat.FactKind][]*rule {
	applies := p.Module.applies(p.Category)
	byKind := map[compat.FactKind][]*rule{}
	for i := range rules {
		if r := &rules[i]; applies(r) {
			for _, kind := range r.on {
				byKind[kind] = append(byKind[kind], r)
			}
		}
	}
	return byKind
}

// judgement is one run of [Profile.Judge].
type judgement struct {
	profile  Profile
	old, now *side
	byKind   map[compat.FactKind][]*rule
	seen     map[pair]bool
	findings []compat.Finding
}

type pair struct {
	rule     *rule
	old, now compat.Node
}

func (j *judgement) judge(c *change) {
	for _, r := range j.byKind[c.Kind] {
		if r.when != nil && !r.when(c) || j.repeats(r, c) {
			continue
		}
		for _, p := range r.at(c) {
			if !j.ignored(r, p) {
				j.findings = append(j.findings, finding(r, c, p))
			}
		}
	}
}

// repeats says whether another fact about the same pair led to the rule before: a default may differ because the type does.
func (j *judgement) repeats(r *rule, c *change) bool {
	if c.Old == nil || c.New == nil {
		return false
	}
	key := pair{r, c.Old, c.New}
	if j.seen[key] {
		return true
	}
	j.seen[key] = true
	return false
}

// ignored says whether the configuration ignores either side of a finding.
func (j *judgement) ignored(r *rule, p places) bool {
	return j.profile.Module.ignores(r.id, j.old.File(p.old.File)) || j.profile.Module.ignores(r.id, j.now.File(p.now.File))
}

func finding(r *rule, c *change, p places) compat.Finding {
	return compat.Finding{
		Rule: r.id, Severity: schema.Error, Subject: c.subject(), Message: message(r.says, c),
		New: p.now, Old: p.old, From: c.From, To: c.To,
	}
}

// subject returns the full name of what changed, as it was: of what is in a range or is only a name, that of the declaration around it.
func (c *change) subject() string {
	for _, n := range []compat.Node{c.Old, c.New, c.OldScope} {
		if n != nil {
			return n.FullName()
		}
	}
	return ""
}

// message fills in what a rule says: {it} is the subject, {in} what it is in, {option} the option and {number} the number that it is about, {from} and {to} are
// the two states.
func message(says string, c *change) string {
	scope, number := "", ""
	if c.OldScope != nil {
		scope = c.OldScope.FullName()
	}
	switch old := c.Old.(type) {
	case *compat.Field:
		number = strconv.Itoa(int(old.Number))
	case *compat.EnumValue:
		number = strconv.Itoa(int(old.Number))
	}
	return strings.NewReplacer(
		"{it}", c.subject(), "{in}", scope, "{option}", c.Option, "{number}", number,
		"{from}", cmp.Or(c.From, "nothing"), "{to}", cmp.Or(c.To, "nothing"),
	).Replace(says)
}

func compareFindings(a, b compat.Finding) int {
	return cmp.Or(
		strings.Compare(a.New.File, b.New.File), slices.Compare(a.New.Element, b.New.Element), strings.Compare(a.Rule, b.Rule),
		strings.Compare(a.Subject, b.Subject), strings.Compare(a.Message, b.Message),
	)
}
