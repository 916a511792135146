package compat

// Fact is one observed difference. It carries no judgement: profiles are tables over facts.
//
// Old and New are what differs, nil on the side that does not have it. OldScope and NewScope are what encloses it on both sides, as far as the enclosing declaration has
// a partner: for a field the two messages, for a message the two files of its path or the two messages around it. So a deletion still has a place in the new file.
type Fact struct {
	Kind     FactKind
	Old, New Node // of one type per kind, e.g., *Field
	OldScope Node
	NewScope Node
	Option   string // of FileOptionChanged and MessageOptionChanged: its name, e.g., java_package
	From, To string // the two states as one would write them; empty: absent
}

// FactKind names a kind of difference.
type FactKind string

// What happens to files. Nodes are *[File].
const (
	FileRemoved        FactKind = "FILE_REMOVED"
	FileAdded          FactKind = "FILE_ADDED"
	PackageRemoved     FactKind = "PACKAGE_REMOVED" // Old is the first file that was of it
	FilePackageChanged FactKind = "FILE_PACKAGE_CHANGED"
	FileSyntaxChanged  FactKind = "FILE_SYNTAX_CHANGED"
	FileOptionChanged  FactKind = "FILE_OPTION_CHANGED" // one fact per option that is compared
)

// What happens to messages. Nodes are *[Message], except where said.
const (
	MessageRemoved       FactKind = "MESSAGE_REMOVED"   // nested ones too, also where the outer one is gone; not entries of maps
	MapEntryRemoved      FactKind = "MAP_ENTRY_REMOVED" // the entry of a map
	MessageAdded         FactKind = "MESSAGE_ADDED"
	MessageMoved         FactKind = "MESSAGE_MOVED" // same or renamed, now in another file
	MessageRenamed       FactKind = "MESSAGE_RENAMED"
	MessageJSONChanged   FactKind = "MESSAGE_JSON_FORMAT_CHANGED"
	MessageOptionChanged FactKind = "MESSAGE_OPTION_CHANGED" // message_set_wire_format, no_standard_descriptor_accessor, deprecated
	ReservedRangeRemoved FactKind = "RESERVED_RANGE_REMOVED" // of messages and enums: per written range of old, From: what is no longer reserved. Old is *[Range], New nil
	ReservedNameRemoved  FactKind = "RESERVED_NAME_REMOVED"  // of messages and enums: Old and New are nil, From is the name
	ExtensionRangeGone   FactKind = "EXTENSION_RANGE_REMOVED"
	OneofRemoved         FactKind = "ONEOF_REMOVED" // real ones; *[Oneof]
	OneofAdded           FactKind = "ONEOF_ADDED"
)

// What happens to fields, paired by number, and to extensions, paired by extended message and number. Nodes are *[Field]. For
// extensions the scopes are what declares them.
const (
	FieldRemoved            FactKind = "FIELD_REMOVED"
	FieldAdded              FactKind = "FIELD_ADDED"
	ExtensionRemoved        FactKind = "EXTENSION_REMOVED"
	ExtensionAdded          FactKind = "EXTENSION_ADDED"
	ExtensionMoved          FactKind = "EXTENSION_MOVED" // now in another file
	FieldNameChanged        FactKind = "FIELD_NAME_CHANGED"
	FieldJSONNameChanged    FactKind = "FIELD_JSON_NAME_CHANGED"
	FieldTypeChanged        FactKind = "FIELD_TYPE_CHANGED"         // the kind; the named types may differ as well
	FieldNamedTypeChanged   FactKind = "FIELD_NAMED_TYPE_CHANGED"   // same kind, other message or enum that is no declared rename
	FieldCardinalityChanged FactKind = "FIELD_CARDINALITY_CHANGED"  // see [Cardinality]
	FieldLabelChanged       FactKind = "FIELD_LABEL_CHANGED"        // of the descriptor, or whether one is written
	FieldOneofChanged       FactKind = "FIELD_ONEOF_CHANGED"        // into, out of, or to one of another name
	FieldDefaultChanged     FactKind = "FIELD_DEFAULT_CHANGED"      // as written; a written zero differs from none
	FieldEnumDefaultChanged FactKind = "FIELD_ENUM_DEFAULT_CHANGED" // an enum on both sides, the default as written is the same, but its number is not
	FieldPackedChanged      FactKind = "FIELD_PACKED_CHANGED"
	FieldUTF8Changed        FactKind = "FIELD_UTF8_CHANGED"       // of strings on both sides
	FieldJavaUTF8Changed    FactKind = "FIELD_JAVA_UTF8_CHANGED"  // also where UTF8 differs for all languages
	FieldCppStringChanged   FactKind = "FIELD_CPP_STRING_CHANGED" // by the feature or ctype
	FieldJSTypeChanged      FactKind = "FIELD_JSTYPE_CHANGED"
	FieldJSONFormatChanged  FactKind = "FIELD_JSON_FORMAT_CHANGED"
	FieldDeprecatedChanged  FactKind = "FIELD_DEPRECATED_CHANGED"
	FieldRedactChanged      FactKind = "FIELD_REDACT_CHANGED"
)

// What happens to enums. Nodes are *[Enum]; of values *[EnumValue], the first of its number, paired by number.
const (
	EnumRemoved           FactKind = "ENUM_REMOVED"
	EnumAdded             FactKind = "ENUM_ADDED"
	EnumMoved             FactKind = "ENUM_MOVED"
	EnumRenamed           FactKind = "ENUM_RENAMED"
	EnumOpennessChanged   FactKind = "ENUM_OPENNESS_CHANGED" // open or closed
	EnumJSONFormatChanged FactKind = "ENUM_JSON_FORMAT_CHANGED"
	EnumDefaultChanged    FactKind = "ENUM_DEFAULT_CHANGED" // the number of the first value; nodes are the first values
	EnumValueRemoved      FactKind = "ENUM_VALUE_REMOVED"
	EnumValueAdded        FactKind = "ENUM_VALUE_ADDED"
	EnumValueNamesChanged FactKind = "ENUM_VALUE_NAMES_CHANGED" // From and To list the names of the number, separated by commas
)

// What happens to services. Nodes are *[Service] and *[Method].
const (
	ServiceRemoved            FactKind = "SERVICE_REMOVED"
	ServiceAdded              FactKind = "SERVICE_ADDED"
	ServiceMoved              FactKind = "SERVICE_MOVED"
	MethodRemoved             FactKind = "METHOD_REMOVED"
	MethodAdded               FactKind = "METHOD_ADDED"
	MethodInputChanged        FactKind = "METHOD_INPUT_CHANGED"
	MethodOutputChanged       FactKind = "METHOD_OUTPUT_CHANGED"
	MethodClientStreamChanged FactKind = "METHOD_CLIENT_STREAMING_CHANGED"
	MethodServerStreamChanged FactKind = "METHOD_SERVER_STREAMING_CHANGED"
	MethodIdempotencyChanged  FactKind = "METHOD_IDEMPOTENCY_CHANGED"
)

// Place returns where the two sides are: of a side that does not have it, where its scope is; nothing without one.
func (f Fact) Place() (old, now Place) {
	return placeOr(f.Old, f.OldScope), placeOr(f.New, f.NewScope)
}

func placeOr(n, scope Node) Place {
	switch {
	case n != nil:
		return PlaceOf(n)
	case scope != nil:
		return PlaceOf(scope)
	}
	return Place{}
}
