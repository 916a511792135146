package confluent

// Version is a version of the registry's comparison.
type Version uint8

// The versions.
const (
	// Latest is the comparison as it is since commit 3f5ff24387e of June 2026, which no release up to 8.3.1 has. It follows each field by its number,
	// into, out of and between oneofs.
	Latest Version = iota
	// Version83 is the comparison of all releases up to 8.3.1. It looks into a oneof only where both sides have one of its name, so that a change of type
	// passes when the oneof is renamed with it, and a field that leaves a oneof counts as removed.
	Version83
)

// fieldRules compare the fields of two messages.
var fieldRules = [...]func(*visit, fields, fields){
	Latest:    fieldsByNumber,
	Version83: fieldsByOneof,
}
