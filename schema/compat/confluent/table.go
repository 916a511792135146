package confluent

// Type names a kind of difference, as the registry's answers do.
type Type string

// The types. Fields that are members of a oneof have types of their own.
const (
	PackageChanged             Type = "PACKAGE_CHANGED"
	MessageAdded               Type = "MESSAGE_ADDED"
	MessageRemoved             Type = "MESSAGE_REMOVED"
	MessageMoved               Type = "MESSAGE_MOVED" // among its neighbours
	EnumAdded                  Type = "ENUM_ADDED"
	EnumRemoved                Type = "ENUM_REMOVED"
	EnumConstAdded             Type = "ENUM_CONST_ADDED"
	EnumConstChanged           Type = "ENUM_CONST_CHANGED"
	EnumConstRemoved           Type = "ENUM_CONST_REMOVED"
	FieldAdded                 Type = "FIELD_ADDED"
	FieldRemoved               Type = "FIELD_REMOVED"
	FieldNameChanged           Type = "FIELD_NAME_CHANGED"
	FieldKindChanged           Type = "FIELD_KIND_CHANGED"        // between scalar, message and map
	FieldScalarKindChanged     Type = "FIELD_SCALAR_KIND_CHANGED" // between groups of scalars
	FieldNamedTypeChanged      Type = "FIELD_NAMED_TYPE_CHANGED"  // to a message of another name, or of incompatible fields
	FieldNumericLabelChanged   Type = "FIELD_NUMERIC_LABEL_CHANGED"
	FieldTextLabelChanged      Type = "FIELD_STRING_OR_BYTES_LABEL_CHANGED"
	RequiredFieldAdded         Type = "REQUIRED_FIELD_ADDED"
	RequiredFieldRemoved       Type = "REQUIRED_FIELD_REMOVED"
	OneofAdded                 Type = "ONEOF_ADDED"
	OneofRemoved               Type = "ONEOF_REMOVED"
	OneofFieldAdded            Type = "ONEOF_FIELD_ADDED"
	OneofFieldRemoved          Type = "ONEOF_FIELD_REMOVED"
	OneofFieldMovedToTopLevel  Type = "ONEOF_FIELD_MOVED_TO_TOP_LEVEL" // of [Latest] only
	MultipleFieldsMovedToOneof Type = "MULTIPLE_FIELDS_MOVED_TO_ONEOF"
	FieldMovedToExistingOneof  Type = "FIELD_MOVED_TO_EXISTING_ONEOF"
)

// verdict is what a registry says of a type of difference.
type verdict struct {
	compatible bool
	says       string // {it} is the subject, {in} what it is in, {number} its number, {from} and {to} are the two states
}

const (
	compatible   = true
	incompatible = false
)

// verdicts are those of all versions: they differ in when a difference arises, not in what follows from it.
var verdicts = map[Type]verdict{
	PackageChanged:             {incompatible, "package of {it} is {to}, was {from}"},
	MessageAdded:               {compatible, "message {it} is new"},
	MessageRemoved:             {incompatible, "message {it} is gone from its file"},
	MessageMoved:               {compatible, "message {it} is number {to} among its neighbours, was number {from}"},
	EnumAdded:                  {compatible, "enum {it} is new"},
	EnumRemoved:                {compatible, "enum {it} is gone from its file"},
	EnumConstAdded:             {compatible, "value {to} of enum {in} is new"},
	EnumConstChanged:           {compatible, "value {number} of enum {in} is {to}, was {from}"},
	EnumConstRemoved:           {compatible, "value {from} of enum {in} is gone"},
	FieldAdded:                 {compatible, "field {it} is new"},
	FieldRemoved:               {compatible, "field {it} is gone"},
	FieldNameChanged:           {compatible, "field {number} of {in} is {to}, was {from}"},
	FieldKindChanged:           {incompatible, "type of field {it} is {to}, was {from}: scalars, messages and maps are different kinds"},
	FieldScalarKindChanged:     {incompatible, "type of field {it} is {to}, was {from}, which is written differently"},
	FieldNamedTypeChanged:      {incompatible, "type of field {it} is {to}, was {from}"},
	FieldNumericLabelChanged:   {incompatible, "field {it} is {to}, was {from}"},
	FieldTextLabelChanged:      {compatible, "field {it} is {to}, was {from}"},
	RequiredFieldAdded:         {incompatible, "field {it} is new, and required"},
	RequiredFieldRemoved:       {incompatible, "field {it} is gone, and was required"},
	OneofAdded:                 {compatible, "oneof {it} is new"},
	OneofRemoved:               {compatible, "oneof {it} is gone"},
	OneofFieldAdded:            {compatible, "field {it} is new in oneof {to}"},
	OneofFieldRemoved:          {incompatible, "field {it} is gone from oneof {from}"},
	OneofFieldMovedToTopLevel:  {compatible, "field {it} is no longer in oneof {from}"},
	MultipleFieldsMovedToOneof: {incompatible, "oneof {it} has taken in {to}, which could be set at the same time"},
	FieldMovedToExistingOneof:  {incompatible, "oneof {it} has taken in {to}, which could be set beside its other fields"},
}
