package generator

import (
	"fmt"
	"strings"
	"time"

	"github.com/dave/jennifer/jen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
)

// eventCode emits the descriptor of an event:
//
//	var Site = event.New(event.Spec[string, *sitesv1.Site]{…})
func (g *emitter) eventCode(e *schema.Event) jen.Code {
	n := g.names.event(e)
	return jen.Add(g.keyType(e), messageDoc(e.Desc, eventDoc(e)...)).Var().Id(n.event).Op("=").Qual(eventPkg, "New").Call(
		jen.Qual(eventPkg, "Spec").Types(g.key(e), g.types.message(e.Desc)).Add(block(g.spec(e)...)),
	).Line()
}

func (g *emitter) spec(e *schema.Event) []jen.Code {
	fields := []jen.Code{
		set("Name", jen.Lit(string(e.Desc.FullName()))),
		set("Kind", jen.Qual(eventPkg, kindNames[e.Kind])),
		set("Topic", g.topicOf(e)),
	}
	if e.HasKey() {
		fields = append(fields, set("Key", g.keyCodec(e)))
	}
	if e.Revision != nil {
		fields = append(fields, set("Revision", g.revision(e)))
	}
	if e.EventID != nil {
		fields = append(fields, set("ID", g.eventID(e)))
	}
	if e.Deleted != nil {
		fields = append(fields, set("Deleted", g.types.accessor(e.Desc, *e.Deleted)))
	}
	if len(e.Headers) > 0 {
		fields = append(fields, set("Attributes", g.attributes(e)))
	}
	if e.Codec != schema.Zstd {
		fields = append(fields, set("Compression", jen.Qual(eventPkg, codecNames[e.Codec])))
	}
	fields = append(fields, set("MaxRecord", size(e.MaxRecord)), set("Retry", retry(e.Retry)))
	if e.Subject != schema.TopicSubject {
		fields = append(fields, set("Subject", jen.Qual(eventPkg, subjectNames[e.Subject])))
	}
	return fields
}

var (
	kindNames       = map[schema.Kind]string{schema.Fact: "Fact", schema.Document: "Document", schema.Command: "Command"}
	codecNames      = map[schema.Compression]string{schema.Uncompressed: "Uncompressed", schema.Gzip: "Gzip", schema.Snappy: "Snappy", schema.LZ4: "LZ4"}
	compactionNames = map[schema.Compaction]string{schema.Compact: "Compact", schema.CompactAndDelete: "CompactAndDelete"}
	subjectNames    = map[schema.SubjectStrategy]string{
		schema.RecordSubject: "RecordSubject", schema.TopicRecordSubject: "TopicRecordSubject", schema.Unregistered: "Unregistered",
	}
	revisionNames = map[schema.RevisionKind]string{schema.Monotonic: "Monotonic", schema.Sequence: "Sequence", schema.Timestamp: "Timestamp"}
)

// topicOf renders the topic of an event: a literal, or the variable of a shared topic.
func (g *emitter) topicOf(e *schema.Event) jen.Code {
	if e.Topic.Shared {
		return jen.Id(g.names.topic(e.Topic).variable)
	}
	return jen.Qual(eventPkg, "Topic").Add(topicBody(e.Topic))
}

// sharedTopicCode emits the variable of a topic that several events share:
//
//	var ordersTopic = event.Topic{…}
func (g *emitter) sharedTopicCode(t *schema.Topic) jen.Code {
	n := g.names.topic(t)
	return jen.Add(doc(n.variable+" carries several events, so that those of one key keep their order.")).
		Var().Id(n.variable).Op("=").Qual(eventPkg, "Topic").Add(topicBody(t)).Line()
}

func topicBody(t *schema.Topic) jen.Code {
	fields := []jen.Code{set("Name", jen.Lit(t.Name)), set("Partitions", jen.Lit(int(t.Partitions)))}
	if t.Replication != 0 {
		fields = append(fields, set("Replication", jen.Lit(int(t.Replication))))
	}
	if t.MinInSync != 0 {
		fields = append(fields, set("MinInSync", jen.Lit(int(t.MinInSync))))
	}
	fields = append(fields, cleanup(t)...)
	if len(t.Config) > 0 {
		fields = append(fields, set("Config", config(t.Config)))
	}
	return block(fields...)
}

// cleanup renders what the broker may remove, and when. Settings that its policy does not look at are left out.
func cleanup(t *schema.Topic) []jen.Code {
	var fields []jen.Code
	if name, ok := compactionNames[t.Compaction]; ok {
		fields = append(fields, set("Compaction", jen.Qual(eventPkg, name)))
	}
	if t.Compaction != schema.Compact {
		fields = append(fields, set("Retention", retention(t.Retention)))
	}
	if t.Compaction != schema.NoCompaction {
		fields = append(fields, set("TombstoneRetention", duration(t.TombstoneRetention)), set("MaxCompactionLag", duration(t.MaxCompactionLag)))
	}
	return fields
}

func retention(d time.Duration) jen.Code {
	if d == schema.Forever {
		return jen.Qual(eventPkg, "Forever")
	}
	return duration(d)
}

func config(entries []schema.Entry) jen.Code {
	var pairs []jen.Code
	for _, e := range entries {
		pairs = append(pairs, jen.Lit(e.Key).Op(":").Lit(e.Value))
	}
	return jen.Map(jen.String()).String().Add(block(pairs...))
}

// key renders the key type of an event, e.g., string or StockLevelKey.
func (g *emitter) key(e *schema.Event) jen.Code {
	switch len(e.Key) {
	case 0:
		return jen.Qual(eventPkg, "NoKey")
	case 1:
		return g.types.scalar(e.Key[0].Leaf())
	default:
		return jen.Id(g.names.event(e).key)
	}
}

// keyType emits the struct of a composite key; other keys need none:
//
//	type StockLevelKey struct{ Sku, Warehouse string }
func (g *emitter) keyType(e *schema.Event) jen.Code {
	if len(e.Key) < 2 {
		return jen.Null()
	}
	n := g.names.event(e)
	var fields []jen.Code
	for i, p := range e.Key {
		fields = append(fields, jen.Id(n.keyFields[i]).Add(g.types.scalar(p.Leaf())))
	}
	return jen.Add(messageDoc(e.Desc, fmt.Sprintf("%s is the key of [%s] events.", n.key, n.event))).Type().Id(n.key).Struct(fields...).Line().Line()
}

// keyCodec renders the codec of an event's key, e.g., event.TextKey((*sitesv1.Site).GetSiteId).
func (g *emitter) keyCodec(e *schema.Event) jen.Code {
	if len(e.Key) == 1 {
		form := "TextKey"
		if e.Encoding == schema.RawKey {
			form = "RawKey"
		}
		return jen.Qual(eventPkg, form).Call(g.types.accessor(e.Desc, e.Key[0]))
	}
	n := g.names.event(e)
	var values []jen.Code
	for _, p := range e.Key {
		values = append(values, g.types.read(jen.Id("m"), p))
	}
	of := jen.Func().Params(jen.Id("m").Add(g.types.message(e.Desc))).Id(n.key).Add(body(jen.Return(jen.Id(n.key).Add(inline(values...)))))
	codec := jen.Qual(eventPkg, "CompositeKey").Custom(jen.Options{Open: "(", Close: ")", Separator: ",", Multi: true}, of, g.keyParts(e, e.Key))
	if len(e.Partition) > 0 {
		codec.Dot("PartitionBy").Call(g.keyParts(e, e.Partition))
	}
	return codec
}

// keyParts renders the function that lists some fields of a composite key.
func (g *emitter) keyParts(e *schema.Event, paths []schema.Path) jen.Code {
	n := g.names.event(e)
	var parts []jen.Code
	for _, p := range paths {
		parts = append(parts, jen.Qual(eventPkg, "PartOf").Call(jen.Op("&").Id("k").Dot(n.keyFields[indexOf(e.Key, p)])))
	}
	return jen.Func().Params(jen.Id("k").Op("*").Id(n.key)).Index().Qual(eventPkg, "Part").Add(body(
		jen.Return(jen.Index().Qual(eventPkg, "Part").Add(inline(parts...)))))
}

func indexOf(paths []schema.Path, p schema.Path) int {
	for i, q := range paths {
		if pathText(q) == pathText(p) {
			return i
		}
	}
	return -1
}

func (g *emitter) revision(e *schema.Event) jen.Code {
	constructor := revisionNames[e.Revision.Kind]
	if constructor == "Timestamp" && e.Revision.Path.Leaf().Kind() != protoreflect.MessageKind {
		constructor = "Micros"
	}
	return jen.Qual(eventPkg, constructor).Call(g.types.accessor(e.Desc, e.Revision.Path))
}

// eventID renders the function that returns the id of an occurrence; bytes become text.
func (g *emitter) eventID(e *schema.Event) jen.Code {
	if e.EventID.Leaf().Kind() == protoreflect.StringKind {
		return g.types.accessor(e.Desc, *e.EventID)
	}
	return g.textOf(e, *e.EventID)
}

func (g *emitter) attributes(e *schema.Event) jen.Code {
	var list []jen.Code
	for _, h := range e.Headers {
		of := g.textOf(e, h.Path)
		if h.Path.Leaf().Kind() == protoreflect.StringKind {
			of = g.types.accessor(e.Desc, h.Path)
		}
		list = append(list, inline(set("Header", jen.Lit(h.Name)), set("Of", of)))
	}
	return jen.Index().Qual(eventPkg, "Attribute").Types(g.types.message(e.Desc)).Add(block(list...))
}

// textOf renders a function from the message to the text of a field that is no string.
func (g *emitter) textOf(e *schema.Event, p schema.Path) jen.Code {
	return jen.Func().Params(jen.Id("m").Add(g.types.message(e.Desc))).String().Add(body(
		jen.Return(jen.Qual(eventPkg, "Text").Call(g.types.read(jen.Id("m"), p)))))
}

func retry(r schema.Retry) jen.Code {
	fields := []jen.Code{
		set("Attempts", jen.Lit(r.Attempts)), set("Backoff", duration(r.Backoff)), set("MaxBackoff", duration(r.MaxBackoff)),
	}
	if r.DeadLetter {
		fields = append(fields, set("DeadLetter", jen.True()))
	}
	return jen.Qual(eventPkg, "Retry").Add(inline(fields...))
}

// eventDoc is the proto's own comment, then the resolved facts in a sentence.
func eventDoc(e *schema.Event) []string {
	if e.Doc == "" {
		return []string{fmt.Sprintf("%s is an event.", e.Desc.Name()), eventFacts(e)}
	}
	return []string{e.Doc, eventFacts(e)}
}

// eventFacts says, e.g., `DOCUMENT on compacted topic acme.sites.v1.site, keyed by site_id, revision "revision" (monotonic).`
func eventFacts(e *schema.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %stopic %s", kindWords[e.Kind], compactionWords[e.Topic.Compaction], e.Topic.Name)
	if e.HasKey() {
		fmt.Fprintf(&b, ", keyed by %s", pathTexts(e.Key))
	} else {
		b.WriteString(", without a key")
	}
	if len(e.Partition) > 0 {
		fmt.Fprintf(&b, ", partitioned by %s", pathTexts(e.Partition))
	}
	if e.Revision != nil {
		fmt.Fprintf(&b, ", revision %q (%s)", pathText(e.Revision.Path), strings.ToLower(revisionNames[e.Revision.Kind]))
	}
	if e.EventID != nil {
		fmt.Fprintf(&b, ", id %q", pathText(*e.EventID))
	}
	fmt.Fprintf(&b, ".\nValues over %s are refused.", sizeText(e.MaxRecord))
	return b.String()
}

var (
	kindWords       = map[schema.Kind]string{schema.Fact: "EVENT", schema.Document: "DOCUMENT", schema.Command: "COMMAND"}
	compactionWords = map[schema.Compaction]string{schema.Compact: "compacted ", schema.CompactAndDelete: "compacted "}
)

func pathText(p schema.Path) string {
	var names []string
	for _, f := range p {
		names = append(names, string(f.Name()))
	}
	return strings.Join(names, ".")
}

func pathTexts(ps []schema.Path) string {
	var texts []string
	for _, p := range ps {
		texts = append(texts, pathText(p))
	}
	return strings.Join(texts, ", ")
}
