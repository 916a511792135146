package compat

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/evgen-dev/evgen/schema"
)

// Finding is a change that a rule speaks of.
type Finding struct {
	Rule     string // ID, e.g., KEY_FIELD_CHANGED
	Severity schema.Severity
	Subject  string  // full name of what changed, e.g., acme.orders.v1.OrderPlaced.order_id
	Event    string  // full name of the event or projection whose contract it is; empty: of none in particular
	Message  string  // names the thing and says what changed, e.g., key of acme.orders.v1.OrderPlaced is order_id, was customer_id
	Help     string  // the next step; may be empty
	New, Old Place   // where it is declared; a side on which it is not has the nearest enclosing declaration, or nothing
	From, To string  // the two states as one would write them, e.g., customer_id and order_id; empty: absent
	Baseline string  // what it was compared with, e.g., git:origin/main, or version 3 of subject orders-value
	Effect   *Effect // nil where a profile has only a verdict, as those of buf and of registries
}

// Fingerprints identify the two states of what a finding is about. They do not depend on where it stands in a file, nor on the baseline's name, so that
// an accepted change stays accepted until one of the states differs.
func (f Finding) Fingerprints() (from, to string) {
	return f.fingerprint(f.From), f.fingerprint(f.To)
}

func (f Finding) fingerprint(state string) string {
	sum := sha256.Sum256([]byte(f.Rule + "\x00" + f.Subject + "\x00" + state))
	return hex.EncodeToString(sum[:6])
}

// Place is where something is declared.
type Place struct {
	File    string  // import path, e.g., acme/orders/v1/orders.proto; empty: nowhere
	Element []int32 // what in the file, as the path of a google.protobuf.SourceCodeInfo.Location; empty: the file as a whole
	// Start and End are known once the file was compiled with source info; End is exclusive. A file as a whole has neither.
	Start, End schema.Position
}
