package buf

import (
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema/compat"
)

// Category is a set of buf's categories of rules. A profile has one.
type Category uint8

// The categories, the strictest first.
const (
	File     Category = 1 << iota // generated code of a file stays as it is
	Package                       // generated code of a package does; declarations may move between its files
	WireJSON                      // bytes and JSON stay readable
	Wire                          // bytes do
	CSR                           // what buf thinks that a Confluent registry accepts; see package confluent for what it does
)

var categoryNames = []string{"FILE", "PACKAGE", "WIRE_JSON", "WIRE", "CSR"}

// String returns buf's name, e.g., WIRE_JSON; of several, separated by commas.
func (c Category) String() string {
	var names []string
	for i, name := range categoryNames {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func categoryNamed(name string) (Category, bool) {
	for i, n := range categoryNames {
		if n == name {
			return 1 << i, true
		}
	}
	return 0, false
}

// rule is one of buf's rules.
type rule struct {
	id   string   // buf's, e.g., FIELD_SAME_TYPE
	in   Category // the set of those that have it
	on   facts
	when predicate // nil: always
	at   position
	says string // the message; see message
}

type facts []compat.FactKind

// newInV2 are the rules that configurations of version v1 do not have.
var newInV2 = []string{"EXTENSION_NO_DELETE", "FIELD_SAME_DEFAULT", "PACKAGE_EXTENSION_NO_DELETE"}

// Rule is what the table tells of a rule.
type Rule struct {
	ID         string   // buf's, e.g., FIELD_SAME_TYPE
	Categories Category // those that have it
}

// Rules returns the rules of configuration version v2, sorted by ID. Deprecated ones are not among them.
func Rules() []Rule {
	all := make([]Rule, len(rules))
	for i, r := range rules {
		all[i] = Rule{r.id, r.in}
	}
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return all
}
