package schema

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

var revisionKinds = map[evgenpb.FieldOptions_Revision]RevisionKind{
	evgenpb.FieldOptions_MONOTONIC: Monotonic,
	evgenpb.FieldOptions_SEQUENCE:  Sequence,
	evgenpb.FieldOptions_TIMESTAMP: Timestamp,
}

// String returns the kind as annotations spell it.
func (k RevisionKind) String() string {
	return [...]string{"", Monotonic: "MONOTONIC", Sequence: "SEQUENCE", Timestamp: "TIMESTAMP"}[k]
}

func (d *draft) resolveRevision() {
	fd := d.single(d.marks.revision, "revision", revisionTwice)
	if fd == nil {
		d.add("revision", "none", builtIn)
		if d.Kind == Document {
			d.warnf(d.Pos, documentRevision, "it has no revision, so a late record overwrites a newer one").
				help("mark a version: [(evgen.v1.field).revision = MONOTONIC]")
		}
		return
	}
	d.Revision = &Revision{Kind: revisionKinds[fieldOption(fd).GetRevision()], Path: Path{fd}}
	d.add("revision", string(fd.Name())+" "+d.Revision.Kind.String(), d.fieldPos(fd, "revision").String())
	d.checkRevision(fd)
}

func (d *draft) checkRevision(fd protoreflect.FieldDescriptor) {
	pos := d.fieldPos(fd, "revision")
	if !isRevisionType(fd, d.Revision.Kind) {
		d.errorf(pos, revisionType, "revision %q is of type %s", fd.Name(), typeName(fd)).help("%s", revisionHelp[d.Revision.Kind])
	}
	if d.Kind == Command {
		d.errorf(pos, revisionCommand, "a COMMAND has no revision: it is handled once per command id").
			help("remove the revision, or mark a field as event_id")
	}
	if d.Kind == Document && d.Revision.Kind == Sequence {
		d.errorf(pos, sequenceCompacted, "a DOCUMENT is the whole state, and a SEQUENCE is for changes that all matter").help("use MONOTONIC")
	}
}

var revisionHelp = [...]string{
	Monotonic: "use a singular integer",
	Sequence:  "use a singular integer",
	Timestamp: "use google.protobuf.Timestamp, or int64 with microseconds",
}

func isRevisionType(fd protoreflect.FieldDescriptor, k RevisionKind) bool {
	if fd.Cardinality() == protoreflect.Repeated || isAlternative(fd) {
		return false
	}
	if k != Timestamp {
		return isInteger(fd)
	}
	switch fd.Kind() {
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return true
	case protoreflect.MessageKind:
		return fd.Message().FullName() == "google.protobuf.Timestamp"
	}
	return false
}

func (d *draft) resolveEventID() {
	fd := d.single(d.marks.eventID, "event_id", eventIDTwice)
	if fd == nil {
		d.add("event_id", "UUIDv7 in header ce_id", builtIn)
		if d.Kind == Command {
			d.warnf(d.Pos, commandID, "it has no event_id, so a request that is sent again is carried out again").
				help("mark the id of the request: [(evgen.v1.field).event_id = true]")
		}
		return
	}
	path := Path{fd}
	d.EventID = &path
	pos := d.fieldPos(fd, "event_id")
	d.add("event_id", string(fd.Name()), pos.String())
	if !isScalar(fd) || fd.Kind() != protoreflect.StringKind && fd.Kind() != protoreflect.BytesKind {
		d.errorf(pos, eventIDType, "event_id %q is of type %s", fd.Name(), typeName(fd)).help("use a singular string or bytes field")
	}
	if d.Kind != Command && len(d.Key) == 1 && d.Key[0].Leaf() == fd {
		d.warnf(pos, eventIDKey, "its id is its key, so each key has one event").help("use the id of the entity as key, or remove event_id")
	}
}

func (d *draft) resolveDeleted() {
	fd := d.single(d.marks.deleted, "deleted", deletedTwice)
	if fd == nil {
		d.add("deleted", "none", builtIn)
		return
	}
	path := Path{fd}
	d.Deleted = &path
	d.add("deleted", string(fd.Name()), d.fieldPos(fd, "deleted").String())
	if !isScalar(fd) || fd.Kind() != protoreflect.BoolKind {
		d.errorf(d.fieldPos(fd, "deleted"), deletedType, "deleted %q is of type %s", fd.Name(), typeName(fd)).help("use a singular bool field")
	}
}

func (d *draft) resolveHeaders() {
	var names []string
	for _, fd := range d.marks.header {
		d.addHeader(fd)
		names = append(names, string(fd.Name())+" as "+fieldOption(fd).GetHeader())
	}
	d.add("headers", listOrNone(names), originOf(names, "options of the fields"))
}

func (d *draft) addHeader(fd protoreflect.FieldDescriptor) {
	name, pos := fieldOption(fd).GetHeader(), d.fieldPos(fd, "header")
	same := slices.IndexFunc(d.Headers, func(h Header) bool { return strings.EqualFold(h.Name, name) })
	switch {
	case headerNameProblem(name) != "":
		d.errorf(pos, headerName, "header %q %s", name, headerNameProblem(name)).help("use a name of your own, such as %q", suggestHeader(fd))
	case same >= 0:
		d.errorf(pos, headerTwice, "header %q is on field %q and on field %q", name, d.Headers[same].Path, fd.Name()).
			help("give each header a name of its own").
			related(d.fieldPos(d.Headers[same].Path.Leaf(), "header"), "it is here, too")
	case !isScalar(fd):
		d.errorf(pos, headerType, "header %q is of type %s, which has no text", name, typeName(fd)).help("use a singular scalar or enum field")
	case isSecret(fd):
		d.errorf(pos, headerSecret, "header %q is secret, and headers are shown by every tool", name).help("remove the header")
	}
	d.Headers = append(d.Headers, Header{Name: name, Path: Path{fd}})
}

func suggestHeader(fd protoreflect.FieldDescriptor) string {
	return strings.ReplaceAll(string(fd.Name()), "_", "-")
}

// reservedHeaders belong to CloudEvents, W3C trace context, schema registries and evgen.
var reservedHeaders = []string{"content-type", "traceparent", "tracestate", "baggage", "__key_schema_id", "__value_schema_id"}

func headerNameProblem(name string) string {
	lower := strings.ToLower(name)
	switch {
	case strings.HasPrefix(lower, "ce_"):
		return "starts with ce_, which belongs to CloudEvents"
	case strings.HasPrefix(lower, "evgen-"):
		return "starts with evgen-, which belongs to the runtime"
	case slices.Contains(reservedHeaders, lower):
		return "is reserved"
	case strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c >= 0x7f }):
		return "has a character that is not visible ASCII"
	}
	return ""
}

func listOrNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

func formatPaths(paths []Path) string { return listOrNone(pathTexts(paths)) }

// originOf returns where the entries of a list come from, if it has any.
func originOf[T any](list []T, origin string) string {
	if len(list) == 0 {
		return builtIn
	}
	return origin
}
