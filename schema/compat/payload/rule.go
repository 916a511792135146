package payload

import (
	"slices"

	"github.com/evgen-dev/evgen/schema/compat"
)

// IDs of the rules.
const (
	FieldRemoved          = "FIELD_REMOVED"
	RemovedWithoutReserve = "REMOVED_WITHOUT_RESERVE"
	ReservationRemoved    = "RESERVATION_REMOVED"
	NumberReusedOnLog     = "NUMBER_REUSED_ON_LOG"
	FieldNumberChanged    = "FIELD_NUMBER_CHANGED"
	FieldTypeChanged      = "FIELD_TYPE_CHANGED"
	CardinalityChanged    = "FIELD_CARDINALITY_CHANGED"
	RequiredAdded         = "REQUIRED_ADDED"
	RequiredRemoved       = "REQUIRED_REMOVED"
	PresenceChanged       = "PRESENCE_CHANGED"
	PresenceDropped       = "PRESENCE_DROPPED"
	DefaultChanged        = "FIELD_DEFAULT_CHANGED"
	UTF8Changed           = "UTF8_VALIDATION_CHANGED"
	MessageSetChanged     = "MESSAGE_SET_CHANGED"
	OneofWidened          = "ONEOF_WIDENED"
	OneofJoined           = "ONEOF_FIELDS_JOINED"
	OneofParted           = "ONEOF_FIELDS_PARTED"
	EnumValueAdded        = "ENUM_VALUE_ADDED"
	EnumValueAddedClosed  = "ENUM_VALUE_ADDED_CLOSED"
	EnumValueRemoved      = "ENUM_VALUE_REMOVED_CLOSED"
	EnumValueRenumbered   = "ENUM_VALUE_RENUMBERED"
	EnumOpennessChanged   = "ENUM_OPENNESS_CHANGED"
	EnumDefaultChanged    = "ENUM_DEFAULT_CHANGED"
	UnitChanged           = "UNIT_CHANGED"
	PartialFullFlip       = "PARTIAL_FULL_FLIP"
	FieldRenamed          = "FIELD_RENAMED"
	EnumValueRenamed      = "ENUM_VALUE_RENAMED"
	MessageRemoved        = "MESSAGE_REMOVED"
)

// Rules returns the rules, in the order in which a reader looks for them. A finding has the effect of its rule, less the direction in which the bytes show no harm.
func Rules() []compat.Rule { return slices.Clone(rules) }

const (
	none  = "none"
	group = "payload"
	names = "names"
)

// What is written more than once in the table.
const (
	neverReads = "never sees the value again"
	oldByOther = "reads values as others than were written, or not at all"
)

var newField = []string{
	"add a new field beside the old one, with a new name and number",
	"deploy producers that fill both",
	"deploy consumers that read the new one",
	"deprecate the old one, and remove it once no record on the log needs it",
}

var neverAgain = []string{"undo the change: records on the log have the number", "give what is new a number that was never used"}

var rules = []compat.Rule{
	{ID: FieldRemoved, Group: group, Summary: "a field is gone that was not deprecated", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "reads the default instead of the value", NewConsumer: neverReads, Replay: "drops the value of old records",
		Steps: []string{"mark the field deprecated and release that", "deploy consumers that do not read it", "deploy producers that do not fill it", "remove it, and reserve its number and name"},
	}},
	{ID: RemovedWithoutReserve, Group: group, Summary: "a field or enum value is gone, and its number or name is free", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "reads the default of a field instead of its value", NewConsumer: "has no name for the value", Replay: "reads old bytes as whatever takes the number next",
		Steps: []string{"reserve number and name for as long as the log has records of them"},
	}},
	{ID: ReservationRemoved, Group: group, Summary: "a number is no longer reserved", Effect: compat.Effect{
		Breaks: compat.Backward, OldConsumer: none, NewConsumer: none, Replay: "reads old bytes as whatever takes the number next",
		Steps: []string{"keep the reservation for as long as the log has records of what had the number"},
	}},
	{ID: NumberReusedOnLog, Group: group, Summary: "a number is used again that was reserved", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "reads new bytes as what had the number before, if it is old enough to know it", NewConsumer: "reads bytes of what had the number before as the new",
		Replay: "reads old bytes as what they are not", Steps: neverAgain,
	}},
	{ID: FieldNumberChanged, Group: group, Summary: "a field has another number", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: oldByOther, NewConsumer: oldByOther, Replay: oldByOther, Steps: neverAgain,
	}},
	{ID: FieldTypeChanged, Group: group, Summary: "a field has a type that does not hold what the other writes", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: oldByOther, NewConsumer: oldByOther, Replay: oldByOther, Steps: newField,
	}},
	{ID: CardinalityChanged, Group: group, Summary: "a field is single and was repeated or a map, or the reverse", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "keeps one of several values", NewConsumer: "keeps one of several values", Replay: "keeps one of several values", Steps: newField,
	}},
	{ID: RequiredAdded, Group: group, Summary: "a field is required", Effect: compat.Effect{
		Breaks: compat.Backward, OldConsumer: none, NewConsumer: "refuses records without it", Replay: "refuses old records",
		Steps: []string{"leave the field optional", "let producers always fill it"},
	}},
	{ID: RequiredRemoved, Group: group, Summary: "a field is no longer required, or gone", Effect: compat.Effect{
		Breaks: compat.Forward, OldConsumer: "refuses records without it", NewConsumer: none, Replay: none,
		Steps: []string{"deploy all consumers", "then let producers leave it out"},
	}},
	{ID: PresenceDropped, Group: group, Summary: "a field loses presence", Effect: compat.Effect{
		Breaks: compat.Backward, OldConsumer: none, NewConsumer: "takes a zero that was written for absent", Replay: "takes a zero that was written for absent",
		Steps: []string{"keep the field optional"},
	}},
	{ID: PresenceChanged, Group: group, Summary: "a field gains presence", Severity: compat.Remark, Effect: compat.Effect{
		Breaks: compat.State, OldConsumer: none, NewConsumer: "takes a zero of an old producer for absent", Replay: "an old zero is unset",
		Steps: []string{"deploy consumers that take unset for zero", "deploy producers"},
	}},
	{ID: DefaultChanged, Group: group, Summary: "absent means another value", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "reads its own default", NewConsumer: "reads its own default", Replay: "reads another value than when the record was new",
		Steps: []string{"keep the default", "let producers write the value"},
	}},
	{ID: UTF8Changed, Group: group, Summary: "a string is checked to be UTF-8 on one side only", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "refuses text that is not UTF-8", NewConsumer: "refuses text that is not UTF-8", Replay: "refuses old records with text that is not UTF-8",
		Steps: []string{"let producers write UTF-8 only", "turn the check on once no record on the log has other bytes"},
	}},
	{ID: MessageSetChanged, Group: group, Summary: "a message is a message set on one side only", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: oldByOther, NewConsumer: oldByOther, Replay: oldByOther, Steps: []string{"keep the message as it is"},
	}},
	{ID: OneofWidened, Group: group, Summary: "a oneof has a new member", Effect: compat.Effect{
		Breaks: compat.Forward, OldConsumer: "finds nothing set", NewConsumer: none, Replay: none,
		Steps: []string{"deploy consumers that know the member", "deploy producers that set it"},
	}},
	{ID: OneofJoined, Group: group, Summary: "fields that could be set together share a oneof", Effect: compat.Effect{
		Breaks: compat.Backward, OldConsumer: none, NewConsumer: "keeps the last of those that are set", Replay: "keeps the last of those that are set",
		Steps: []string{"let producers set one of them only", "join them once no record on the log has two"},
	}},
	{ID: OneofParted, Group: group, Summary: "members of a oneof can be set together", Effect: compat.Effect{
		Breaks: compat.Forward, OldConsumer: "keeps the last of those that are set", NewConsumer: none, Replay: none,
		Steps: []string{"deploy all consumers", "then let producers set several"},
	}},
	{ID: EnumValueAdded, Group: group, Summary: "an open enum has a new value", Severity: compat.Remark, Effect: compat.Effect{
		Breaks: compat.Forward, OldConsumer: "reads the number, and takes its default branch", NewConsumer: none, Replay: none,
		Steps: []string{"widen columns and checks that list the values", "deploy consumers that know the value", "deploy producers that write it"},
	}},
	{ID: EnumValueAddedClosed, Group: group, Summary: "a closed enum has a new value", Effect: compat.Effect{
		Breaks: compat.Forward, OldConsumer: "reads the field as unset in most languages", NewConsumer: none, Replay: none,
		Steps: []string{"deploy consumers that know the value", "deploy producers that write it"},
	}},
	{ID: EnumValueRemoved, Group: group, Summary: "a closed enum lacks a value that was not deprecated", Effect: compat.Effect{
		Breaks: compat.Backward, OldConsumer: none, NewConsumer: "reads the field as unset in most languages", Replay: "reads the field as unset in most languages",
		Steps: []string{"mark the value deprecated and release that", "deploy producers that do not write it", "remove it once no record on the log has it, and reserve number and name"},
	}},
	{ID: EnumValueRenumbered, Group: group, Summary: "an enum value has another number", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: oldByOther, NewConsumer: oldByOther, Replay: oldByOther, Steps: neverAgain,
	}},
	{ID: EnumOpennessChanged, Group: group, Summary: "an enum is open and was closed, or the reverse", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "reads numbers without a value as unset", NewConsumer: "reads numbers without a value as unset", Replay: "reads numbers without a value as unset",
		Steps: []string{"keep the enum as it is"},
	}},
	{ID: EnumDefaultChanged, Group: group, Summary: "the first value of an enum, which absent fields have, has another number", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "reads its own first value", NewConsumer: "reads its own first value", Replay: "reads another value than when the record was new",
		Steps: []string{"keep the first value first"},
	}},
	{ID: UnitChanged, Group: group, Summary: "the name of a number says another unit", Effect: compat.Effect{
		Breaks: bothDirections, OldConsumer: "reads wrong amounts", NewConsumer: "reads wrong amounts", Replay: "mixes both units", Steps: newField,
	}},
	{ID: PartialFullFlip, Group: group, Summary: "an event gains or loses a field mask: absent meant unchanged, and means cleared, or the reverse", Effect: compat.Effect{
		Breaks: bothDirections | compat.State, OldConsumer: "clears what was to be kept, or keeps what was to be cleared", NewConsumer: "clears what was to be kept, or keeps what was to be cleared",
		Replay: "mixes both meanings", Steps: []string{"make a new event for the other meaning", "deploy consumers of it", "deploy producers of it", "deprecate the old event"},
	}},
	{ID: FieldRenamed, Group: names, Summary: "a field has another name, or another one in JSON", Severity: compat.Remark, Effect: compat.Effect{
		OldConsumer: "none in binary; JSON has another name", NewConsumer: "none in binary; JSON has another name", Replay: none, Steps: []string{"adapt code that uses the generated name"},
	}},
	{ID: EnumValueRenamed, Group: names, Summary: "an enum value has another name", Severity: compat.Remark, Effect: compat.Effect{
		OldConsumer: "none in binary; JSON has another name", NewConsumer: "none in binary; JSON has another name", Replay: none, Steps: []string{"adapt code that uses the generated name"},
	}},
	{ID: MessageRemoved, Group: names, Summary: "a message is gone that no event is known to use", Severity: compat.Remark, Effect: compat.Effect{
		OldConsumer: none, NewConsumer: "cannot read records of it, if there are any", Replay: "cannot read records of it, if there are any",
		Steps: []string{"declare the old name if it was renamed"},
	}},
}
