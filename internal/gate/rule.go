package gate

import (
	"slices"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
	"github.com/evgen-dev/evgen/schema/contract"
)

// IDs of what the gate itself says: that something could not be compared, which is never a pass, and what a registry says.
const (
	SubjectUnknown  = "SUBJECT_UNKNOWN"
	VersionUnsound  = "VERSION_UNSOUND"
	ContractUnknown = "CONTRACT_UNKNOWN"
	PayloadUnknown  = "PAYLOAD_UNKNOWN"
	RegistryRefuses = "REGISTRY_REFUSES"
	RegistryDiffers = "REGISTRY_DIFFERS"
	LockStale       = "LOCK_STALE"
)

var rules = []compat.Rule{
	{ID: SubjectUnknown, Group: "gate", Severity: compat.Always, Summary: "The registry knows the subject of an event."},
	{ID: VersionUnsound, Group: "gate", Severity: compat.Always, Summary: "A registered schema compiles, so that it can be compared with."},
	{ID: ContractUnknown, Group: "gate", Severity: compat.Always, Summary: "The contract of an event in production is known: topic, key, revision."},
	{ID: PayloadUnknown, Group: "gate", Severity: compat.Always, Summary: "How the payload of an event was before is known when it has changed."},
	{ID: RegistryRefuses, Group: "gate", Severity: compat.Always, Summary: "The registry takes the schema of an event under the subject's level."},
	{ID: RegistryDiffers, Group: "gate", Severity: compat.Remark, Summary: "The registry sees what evgen sees."},
	{ID: LockStale, Group: "gate", Severity: compat.Always, Summary: "evgen.lock is what the annotations mean. Alone, it is exit 3."},
}

// Rules returns the rules of evgen's profile: of contracts, of payloads, and of the gate itself.
func Rules() []compat.Rule { return slices.Concat(contract.Rules(), payload.Rules(), rules) }

// Finding returns a finding of one of the gate's own rules. It has no states, so nobody can accept it: what could not be compared is known to nobody.
func Finding(id, message, help string) compat.Finding {
	i := slices.IndexFunc(rules, func(r compat.Rule) bool { return r.ID == id })
	severity, _ := rules[i].Severity.Judge(compat.LevelNone, 0)
	return compat.Finding{Rule: id, Severity: severity, Message: message, Help: help}
}
