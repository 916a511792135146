package accept

import "github.com/evgen-dev/evgen/schema/compat"

// The rules of entries.
var (
	expired = compat.Rule{
		ID: "ACCEPT_EXPIRED", Group: group, Severity: compat.Always,
		Summary: "An entry that accepts a change has not expired.",
	}
	tooLong = compat.Rule{
		ID: "ACCEPT_TOO_LONG", Group: group, Severity: compat.Always,
		Summary: "An entry expires within a year.",
	}
	unused = compat.Rule{
		ID: "ACCEPT_UNUSED", Group: group, Severity: compat.Remark,
		Summary: "An entry accepts a change that is there.",
	}
)

const group = "acceptance"

// Rules returns the rules of entries.
func Rules() []compat.Rule { return []compat.Rule{expired, tooLong, unused} }
