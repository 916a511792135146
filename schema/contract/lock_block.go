package contract

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema"
)

func topicBlock() block[Topic] {
	return block[Topic]{"topic", func(t *Topic) *string { return &t.Name }, func(t *Topic) *origin { return &t.origin }, []line[Topic]{
		text("file", func(t *Topic) *string { return &t.File }),
		flag("shared", func(t *Topic) *bool { return &t.Shared }),
		{key: "partitions", required: true,
			write: func(t *Topic) [][]string { return [][]string{{strconv.Itoa(int(t.Partitions))}} },
			read:  func(t *Topic, w *words) { t.Partitions = w.number() }},
		word("compaction", func(t *Topic) *string { return &t.Compaction }, "NONE", "COMPACT", "COMPACT_AND_DELETE"),
		duration("retention", func(t *Topic) *time.Duration { return &t.Retention }),
		duration("tombstone_retention", func(t *Topic) *time.Duration { return &t.TombstoneRetention }),
		duration("max_compaction_lag", func(t *Topic) *time.Duration { return &t.MaxCompactionLag }),
		list("config", func(t *Topic) *[]Entry { return &t.Config }, func(e *Entry) string { return e.Key },
			func(e *Entry) []string { return []string{token(e.Key), token(e.Value)} },
			func(w *words) Entry { return Entry{w.text(), w.text()} }),
	}}
}

func eventBlock() block[Event] {
	return block[Event]{"event", func(e *Event) *string { return &e.Name }, func(e *Event) *origin { return &e.origin }, append(eventWords(), eventLists()...)}
}

func eventWords() []line[Event] {
	return []line[Event]{
		text("file", func(e *Event) *string { return &e.File }),
		text("owner", func(e *Event) *string { return &e.Owner }),
		flag("deprecated", func(e *Event) *bool { return &e.Deprecated }),
		word("kind", func(e *Event) *string { return &e.Kind }, "EVENT", "DOCUMENT", "COMMAND"),
		text("topic", func(e *Event) *string { return &e.Topic }),
		list("key", func(e *Event) *[]Field { return &e.Key }, func(f *Field) string { return f.Path }, writeField, readField),
		choice("key_encoding", func(e *Event) *string { return &e.KeyEncoding }, "TEXT", "RAW"),
		list("partition_by", func(e *Event) *[]string { return &e.PartitionBy }, func(s *string) string { return *s },
			func(s *string) []string { return []string{token(*s)} }, (*words).text),
		optional("revision", func(e *Event) **Revision { return &e.Revision },
			func(r *Revision) []string { return append([]string{token(r.Kind)}, writeField(&r.Field)...) },
			func(w *words) Revision {
				kind := w.oneOf([]string{"MONOTONIC", "SEQUENCE", "TIMESTAMP"})
				return Revision{Kind: kind, Field: readField(w)}
			}),
		optional("event_id", func(e *Event) **Field { return &e.EventID }, writeField, readField),
		optional("deleted", func(e *Event) **Field { return &e.Deleted }, writeField, readField),
		list("header", func(e *Event) *[]Header { return &e.Headers }, func(h *Header) string { return h.Name }, writeHeader, readHeader),
		{key: "max_record", required: true,
			write: func(e *Event) [][]string { return [][]string{{schema.FormatSize(e.MaxRecord)}} },
			read:  func(e *Event, w *words) { e.MaxRecord = w.size() }},
		optional("chunking", func(e *Event) **Chunking { return &e.Chunking },
			func(c *Chunking) []string {
				return []string{schema.FormatSize(c.ChunkSize), schema.FormatSize(c.MaxSize)}
			},
			func(w *words) Chunking { return Chunking{w.size(), w.size()} }),
		optional("claim_check", func(e *Event) **ClaimCheck { return &e.ClaimCheck },
			func(c *ClaimCheck) []string {
				return []string{token(c.Store), "max_size", schema.FormatSize(c.MaxSize)}
			},
			func(w *words) ClaimCheck { return ClaimCheck{w.text(), w.sizeOf("max_size")} }),
		word("compression", func(e *Event) *string { return &e.Compression }, "ZSTD", "UNCOMPRESSED", "GZIP", "SNAPPY", "LZ4"),
		word("retry_mode", func(e *Event) *string { return &e.RetryMode }, "BLOCK", "PARK", "RETRY_TOPIC"),
		word("delivery", func(e *Event) *string { return &e.Delivery }, "DIRECT", "OUTBOX", "RESILIENT"),
		word("subject", func(e *Event) *string { return &e.Subject }, "TOPIC", "RECORD", "TOPIC_RECORD", "UNREGISTERED"),
		text("subject_name", func(e *Event) *string { return &e.SubjectName }),
		word("compatibility", func(e *Event) *string { return &e.Compatibility }, levelWords()...),
		text("replaces", func(e *Event) *string { return &e.Replaces }),
		text("reply", func(e *Event) *string { return &e.Reply }),
		optional("data_subject", func(e *Event) **Field { return &e.DataSubject }, writeField, readField),
		text("payload", func(e *Event) *string { return &e.Payload }),
	}
}

// levelWords are the levels as annotations spell them.
func levelWords() []string {
	var known []string
	for c := schema.Unchecked; c <= schema.FullTransitive; c++ {
		known = append(known, c.String())
	}
	return known
}

func writeHeader(h *Header) []string {
	words := append([]string{token(h.Name)}, writeField(&h.Field)...)
	if h.Required {
		words = append(words, "required")
	}
	return words
}

func readHeader(w *words) Header {
	h := Header{Name: w.text()}
	h.Field = readField(w)
	h.Required = w.have("required")
	return h
}

func eventLists() []line[Event] {
	return []line[Event]{
		list("numbers", func(e *Event) *[]Message { return &e.Messages }, func(m *Message) string { return m.Name },
			func(m *Message) []string {
				return append([]string{token(cmp.Or(m.Name, itself))}, writeNumbers(m.Numbers)...)
			},
			func(w *words) Message { return Message{strings.TrimPrefix(w.text(), itself), w.numbers()} }),
		list("class", func(e *Event) *[]Class { return &e.Classes }, func(c *Class) string { return c.identity() },
			func(c *Class) []string { return append([]string{c.Sensitivity}, writeField(&c.Field)...) },
			func(w *words) Class {
				c := Class{Sensitivity: w.oneOf([]string{"PERSONAL", "SECRET"})}
				c.Field = readField(w)
				return c
			}),
		list("validate", func(e *Event) *[]Constraint { return &e.Constraints }, func(c *Constraint) string { return c.identity() + " " + c.Rule },
			func(c *Constraint) []string {
				words := append(writeField(&c.Field), token(c.Rule))
				return append(words, writeTexts(c.Values)...)
			},
			func(w *words) Constraint {
				return Constraint{Field: readField(w), Rule: w.text(), Values: w.texts()}
			}),
	}
}

// itself stands for the name of the event within its block.
const itself = "."

func projectionBlock() block[Projection] {
	return block[Projection]{"projection", func(p *Projection) *string { return &p.Name }, func(p *Projection) *origin { return &p.origin }, []line[Projection]{
		text("file", func(p *Projection) *string { return &p.File }),
		text("table", func(p *Projection) *string { return &p.Table }),
		text("source", func(p *Projection) *string { return &p.Source }),
		optional("for_each", func(p *Projection) **Field { return &p.ForEach }, writeField, readField),
		text("where", func(p *Projection) *string { return &p.Where }),
		word("on_delete", func(p *Projection) *string { return &p.OnDelete }, "DELETE_ROW", "CLEAR_COLUMNS", "KEEP"),
		list("column", func(p *Projection) *[]Column { return &p.Columns }, func(c *Column) string { return c.Name }, writeColumn, readColumn),
		list("unique", func(p *Projection) *[]Unique { return &p.Unique }, func(u *Unique) string { return strings.Join(u.Columns, ", ") },
			func(u *Unique) []string { return writeTexts(u.Columns) },
			func(w *words) Unique {
				return Unique{Columns: append([]string{w.text()}, w.texts()...), Place: w.place}
			}),
	}}
}

// writeColumn puts what is always there first; keywords lead the rest.
func writeColumn(c *Column) []string {
	words := []string{token(c.Name), "=", strconv.Itoa(int(c.Number)), token(c.Kind)}
	if c.Key {
		words = append(words, "key")
	}
	if c.Nullable {
		words = append(words, "null")
	}
	if c.SQLType != "" {
		words = append(words, "type", token(c.SQLType))
	}
	if c.From != nil {
		words = append(append(words, "from"), writeField(c.From)...)
	}
	return words
}

func readColumn(w *words) Column {
	c := Column{Name: w.text(), Place: w.place}
	w.literal("=")
	c.Number, c.Kind = w.number(), w.text()
	c.Key, c.Nullable = w.have("key"), w.have("null")
	if w.have("type") {
		c.SQLType = w.text()
	}
	if w.have("from") {
		f := readField(w)
		c.From = &f
	}
	return c
}
