package contract

import (
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// Of returns the contract of a model. Places have the elements of files but no lines: what compiled the files knows these.
func Of(m *schema.Model) *Set {
	r := reader{validation: validation{}, names: map[string]bool{}}
	for _, f := range m.Files {
		for _, e := range f.Events {
			r.names[string(e.Desc.FullName())] = true
		}
	}
	s := &Set{}
	for _, f := range m.Files {
		for _, t := range f.Topics {
			s.Topics = append(s.Topics, topicOf(f, t))
		}
		for _, e := range f.Events {
			s.Events = append(s.Events, r.event(e))
		}
		for _, p := range f.Projections {
			s.Projections = append(s.Projections, projectionOf(p))
		}
	}
	s.sort()
	return s
}

// reader is one run of [Of].
type reader struct {
	validation validation
	names      map[string]bool // full names of the events
}

// eventReader reads one event: what is resolved, and options that only the descriptor has.
type eventReader struct {
	*Event
	r       *reader
	from    *schema.Event
	options *evgenpb.EventOptions
}

func (r *reader) event(e *schema.Event) Event {
	options, _ := proto.GetExtension(e.Desc.Options(), evgenpb.E_Event).(*evgenpb.EventOptions)
	x := &eventReader{r: r, from: e, options: options, Event: &Event{
		origin: origin{whole: declared(e.Desc)},
		Name:   string(e.Desc.FullName()),
		File:   e.Desc.ParentFile().Path(),
		Owner:  e.Owner, Deprecated: e.Deprecated,
		Kind: e.Kind.String(), Topic: e.Topic.Name,
		Compression: e.Codec.String(), MaxRecord: e.MaxRecord,
		Subject: e.Subject.String(), SubjectName: e.SubjectName(), Compatibility: e.Compatible.String(),
	}}
	x.place()
	x.readKey()
	x.readRoles()
	x.readHeaders()
	x.readLarge()
	x.readPolicies()
	x.readPayload()
	return *x.Event
}

// place finds the options that stand in the event's annotation under the names they have in the lock.
func (x *eventReader) place() {
	fields := x.options.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		name := string(fields.Get(i).Name())
		if p, ok := annotated(x.from.Desc, evgenpb.E_Event, name); ok {
			x.put(name, p)
		}
	}
	if p, ok := annotated(x.from.Desc.ParentFile(), evgenpb.E_File, "topic_prefix"); ok {
		x.put("topic", p) // where the event names none, its topic comes from there
	}
}

func (x *eventReader) readKey() {
	for i, path := range x.from.Key {
		f := fieldAt(path)
		f.Optional = x.r.canLack(path)
		f.Place, _ = annotated(path.Leaf(), evgenpb.E_Field, "key")
		if len(x.options.GetKey()) > i {
			f.Place, _ = annotated(x.from.Desc, evgenpb.E_Event, "key["+strconv.Itoa(i)+"]")
		}
		x.Key = append(x.Key, f)
		x.put("key", f.Place)
	}
	if x.hasKey() {
		x.KeyEncoding = x.from.Encoding.String()
	}
	for _, path := range x.from.Partition {
		x.PartitionBy = append(x.PartitionBy, path.String())
	}
}

// canLack says whether an event may come without anything at a path.
func (r *reader) canLack(path schema.Path) bool {
	for _, fd := range path {
		if fd.HasPresence() && !r.requires(fd) {
			return true
		}
	}
	return false
}

// requires says whether an event without the field is refused.
func (r *reader) requires(fd protoreflect.FieldDescriptor) bool {
	if fd.Cardinality() == protoreflect.Required {
		return true
	}
	for _, c := range r.validation.ofField(fd) {
		if c.refusesAbsence() {
			return true
		}
	}
	return false
}

func (x *eventReader) readRoles() {
	if v := x.from.Revision; v != nil {
		x.Revision = &Revision{Field: *x.role("revision", &v.Path), Kind: v.Kind.String()}
	}
	x.EventID = x.role("event_id", x.from.EventID)
	x.Deleted = x.role("deleted", x.from.Deleted)
	if subject := x.options.GetDataSubject(); subject != "" {
		f := fieldAt(pathOf(x.from.Desc, subject))
		f.Place = x.At("data_subject")
		x.DataSubject = &f
	}
}

// role is the field that plays a role, by the role's name in the lock and in the options of fields.
func (x *eventReader) role(name string, path *schema.Path) *Field {
	if path == nil {
		return nil
	}
	f := fieldAt(*path)
	f.Place, _ = annotated(path.Leaf(), evgenpb.E_Field, name)
	x.put(name, f.Place)
	return &f
}

func (x *eventReader) readHeaders() {
	for _, h := range x.from.Headers {
		f := fieldAt(h.Path)
		f.Place, _ = annotated(h.Path.Leaf(), evgenpb.E_Field, "header")
		x.Headers = append(x.Headers, Header{Field: f, Name: h.Name, Required: x.r.requires(h.Path.Leaf())})
	}
}

const (
	defaultChunkedSize = 32 << 20
	defaultStoredSize  = 1 << 30
)

func (x *eventReader) readLarge() {
	if o := x.options.Chunking; o != nil {
		x.Chunking = &Chunking{ChunkSize: sizeOr(o.ChunkSize, x.MaxRecord), MaxSize: sizeOr(o.MaxSize, defaultChunkedSize)}
	}
	if o := x.options.ClaimCheck; o != nil {
		x.ClaimCheck = &ClaimCheck{Store: "default", MaxSize: sizeOr(o.MaxSize, defaultStoredSize)}
		if o.Store != "" {
			x.ClaimCheck.Store = o.Store
		}
	}
}

// sizeOr reads a size, which was checked when the model was resolved.
func sizeOr(text string, fallback int) int {
	if n, err := schema.ParseSize(text); err == nil {
		return n
	}
	return fallback
}

func (x *eventReader) readPolicies() {
	x.RetryMode, x.Delivery = "BLOCK", "DIRECT"
	if mode := x.options.GetRetry().GetMode(); mode != evgenpb.Retry_MODE_UNSPECIFIED {
		x.RetryMode = mode.String()
	}
	if d := x.options.GetDelivery(); d != evgenpb.EventOptions_DELIVERY_UNSPECIFIED {
		x.Delivery = d.String()
	}
	x.Replaces = x.r.fullName(x.from.Desc, x.options.GetReplaces())
	x.Reply = x.r.fullName(x.from.Desc, x.options.GetReply())
}

// fullName resolves the name of an event as annotations of d mean it.
func (r *reader) fullName(d protoreflect.Descriptor, name string) string {
	full, absolute := strings.CutPrefix(name, ".")
	relative := string(d.ParentFile().Package().Append(protoreflect.Name(full)))
	if name != "" && !absolute && r.names[relative] {
		return relative
	}
	return full
}

// pathOf follows a dotted path, which was checked when the model was resolved.
func pathOf(md protoreflect.MessageDescriptor, text string) schema.Path {
	var path schema.Path
	for name := range strings.SplitSeq(text, ".") {
		fd := md.Fields().ByName(protoreflect.Name(name))
		path = append(path, fd)
		md = fd.Message()
	}
	return path
}

func fieldAt(path schema.Path) Field {
	return Field{Path: path.String(), Numbers: numbersOf(path), Type: typeOf(path.Leaf()), Optional: path.Leaf().HasPresence()}
}

func topicOf(f *schema.File, t *schema.Topic) Topic {
	topic := Topic{
		Name: t.Name, File: f.Desc.Path(), Shared: t.Shared,
		Partitions: t.Partitions, Compaction: t.Compaction.String(),
		Retention: t.Retention, TombstoneRetention: t.TombstoneRetention, MaxCompactionLag: t.MaxCompactionLag,
	}
	for _, e := range t.Config {
		topic.Config = append(topic.Config, Entry(e))
	}
	topic.origin = topicOrigin(f, t)
	return topic
}

// topicOrigin looks for the settings where Resolve does: in the topic's own layer, then in the defaults of the file.
func topicOrigin(f *schema.File, t *schema.Topic) origin {
	var o origin
	var layers []place
	if t.Shared {
		i := slices.IndexFunc(fileOptions(f).GetTopics(), func(x *evgenpb.Topic) bool { return x.GetName() == t.Name })
		own := place{f.Desc, evgenpb.E_File, "topics[" + strconv.Itoa(i) + "]."}
		o.whole, _ = own.at("name")
		layers = append(layers, own)
	} else {
		e := t.Events[0].Desc
		o.whole, _ = annotated(e, evgenpb.E_Event, "topic")
		layers = append(layers, place{e, evgenpb.E_Event, "topic_settings."}, place{e, evgenpb.E_Event, ""})
	}
	layers = append(layers, place{f.Desc, evgenpb.E_File, "defaults."})
	for _, setting := range []string{"partitions", "compaction", "retention", "tombstone_retention", "max_compaction_lag", "config"} {
		for _, l := range layers {
			if p, ok := l.at(setting); ok {
				o.put(setting, p)
				break
			}
		}
	}
	return o
}

// place is where settings of a topic may be written.
type place struct {
	on   protoreflect.Descriptor
	ext  protoreflect.ExtensionType
	path string // e.g., defaults.
}

// at returns the place of a setting; ok is false if it is not written there.
func (l place) at(setting string) (compat.Place, bool) {
	return annotated(l.on, l.ext, l.path+setting)
}

func fileOptions(f *schema.File) *evgenpb.FileOptions {
	o, _ := proto.GetExtension(f.Desc.Options(), evgenpb.E_File).(*evgenpb.FileOptions)
	return o
}
