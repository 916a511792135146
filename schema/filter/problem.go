package filter

import "fmt"

// Problem is one thing that is wrong with a filter.
type Problem struct {
	Kind   Kind
	Offset int    // in bytes, from the start of the filter
	Text   string // e.g., "cuont" is no field of acme.parcels.v1.Parcel
	Help   string // the next step; may be empty
}

// Kind says which demand a filter does not meet.
type Kind uint8

// The kinds of problems.
const (
	SyntaxProblem  Kind = iota // it is not CEL
	SupportProblem             // it is CEL that evgen does not compile
	NameProblem                // a name in it is neither a field nor the value of an enum
	TypeProblem                // a part of it has the wrong type
)

var kindNames = [...]string{SyntaxProblem: "syntax", SupportProblem: "support", NameProblem: "name", TypeProblem: "type"}

// String returns, e.g., "name".
func (k Kind) String() string { return kindNames[k] }

// String returns "kind offset: text (help)".
func (p Problem) String() string {
	if p.Help == "" {
		return fmt.Sprintf("%s %d: %s", p.Kind, p.Offset, p.Text)
	}
	return fmt.Sprintf("%s %d: %s (%s)", p.Kind, p.Offset, p.Text, p.Help)
}
