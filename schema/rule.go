package schema

import "slices"

// Rule is one thing that evgen checks. IDs are stable: they are never given to another rule.
type Rule struct {
	ID       string // e.g., EV012
	Name     string // e.g., key-path
	Severity Severity
	Summary  string // what must hold, in one line
}

// Rules returns all rules in the order of their IDs.
func Rules() []Rule {
	return slices.SortedFunc(slices.Values(slices.Concat(eventRules, projectionRules)), func(a, b Rule) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
}

// RuleByID returns the rule with an ID.
func RuleByID(id string) (Rule, bool) {
	rules := Rules()
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}
