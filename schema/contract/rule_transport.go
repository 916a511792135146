package contract

import (
	"fmt"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// combinedRules judge two options that do not go together. They come first, since they make each other worse.
func combinedRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "CHUNKING_WITH_COMPACTION", Group: combination, Severity: compat.Always, Summary: "values are split on a compacted topic",
			Effect: effect(compat.History, "chunks of a key remove each other", "none", "values cannot be put together",
				"use claim_check", "or keep the topic free of compaction for as long as chunks are on it")}, chunkingCompacted},
	}
}

func deletionRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "TOMBSTONE_ON", Group: lifetime, Summary: "deletions come as records without a value",
			Effect: effect(compat.Forward, "skips what has no value: deletions do not happen", "none", "none",
				"deploy consumers that take records without a value", "deploy producers")}, tombstoneOn},
		{compat.Rule{ID: "TOMBSTONE_SEMANTICS", Group: lifetime, Summary: "deletions are said in another way",
			Effect: effect(compat.Forward|compat.Backward|compat.State, "does not see deletions: ghosts stay", "the same", "both forms are on the log",
				"let consumers take both forms", "let producers send both", "stop the old form")}, tombstoneSemantics},
	}
}

func transportRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "CHUNKING_ON", Group: transport, Summary: "large values are split",
			Effect: effect(compat.Forward, "takes a chunk for an event", "none", "none", "deploy consumers", "deploy producers")}, chunkingOn},
		{compat.Rule{ID: "CHUNK_THRESHOLD", Group: transport, Summary: "chunks or whole values may be larger",
			Effect: effect(compat.Forward|compat.Producing, "needs a larger fetch and more memory", "none", "old chunks have the old size",
				"raise the broker's limit", "deploy consumers", "deploy producers")}, chunkThreshold},
		{compat.Rule{ID: "VALUE_LIMIT_LOWERED", Group: transport, Summary: "the largest value that can be published is smaller",
			Effect: effect(compat.Producing, "none", "none", "none",
				"be sure that no value is larger than the new limit", "deploy producers")}, valueLimit},
		{compat.Rule{ID: "CLAIM_CHECK_ON", Group: transport, Summary: "large values are stored aside, or smaller ones than before",
			Effect: effect(compat.Forward, "takes a reference for an event", "none", "what is stored must outlive the records: for ever on a compacted topic",
				"set up the store and its access rights", "deploy consumers", "deploy producers")}, claimCheckOn},
		{compat.Rule{ID: "CLAIM_STORE_MOVED", Group: transport, Summary: "large values are stored elsewhere, or no longer",
			Effect: effect(compat.Forward|compat.History, "cannot fetch values", "none", "old references lead nowhere",
				"let consumers resolve both stores until no old record is left", "switch producers")}, claimStoreMoved},
		{compat.Rule{ID: "CONTENT_ENCODING", Group: transport, Summary: "values begin to have the header of a schema registry, or stop",
			Effect: effect(compat.Forward|compat.Backward, "cannot decode values", "meets the old form", "the old form is on the log",
				"deploy consumers that take both forms, and keep them for the life of the log", "deploy producers")}, contentEncoding},
		{compat.Rule{ID: "COMPRESSION", Group: transport, Summary: "records are compressed with another codec",
			Effect: effect(compat.Forward, "fails if its client lacks the codec", "none", "none",
				"upgrade the clients of consumers", "deploy producers")}, compression},
		{compat.Rule{ID: "ENCRYPTION", Group: transport, Summary: "personal fields are encrypted for another person, or begin or cease to be",
			Effect: effect(compat.Forward, "has no key for personal fields", "none", "old keys must live as long as their records",
				"give consumers the rights to the keys", "deploy producers")}, encryption},
		{compat.Rule{ID: "DELIVERY_MODE", Group: transport, Summary: "events are published in another way beside the database",
			Effect: effect(compat.State, "may see events twice, or of transactions that were rolled back", "none", "both are on the log",
				"let consumers read committed records only, and tell duplicates", "deploy producers")}, delivery},
	}
}

func chunkingCompacted(x change[Event]) []hit {
	if x.new.Chunking == nil || !compactedIn(x.before, x.new.Topic) && !compactedIn(x.after, x.new.Topic) {
		return nil
	}
	return []hit{{from: chunkingText(x.old), to: chunkingText(x.new), old: x.old.At("chunking"), new: x.new.At("chunking"),
		message: fmt.Sprintf("%s is split into chunks, and topic %s is compacted", x.new.Name, x.new.Topic)}}
}

// deletion says how the deletion of an entity is published.
func deletion(e *Event) string {
	switch {
	case e.Deleted != nil:
		return "field " + e.Deleted.Path
	case e.tombstones():
		return "tombstone"
	}
	return ""
}

func tombstoneOn(x change[Event]) []hit {
	if deletion(x.old) != "" || deletion(x.new) != "tombstone" {
		return nil
	}
	return deletionHit(x)
}

func tombstoneSemantics(x change[Event]) []hit {
	from, to := deletion(x.old), deletion(x.new)
	renamed := x.old.Deleted != nil && x.new.Deleted != nil && x.old.Deleted.Same(*x.new.Deleted)
	if from == to || renamed || from == "" && to == "tombstone" {
		return nil
	}
	return deletionHit(x)
}

func deletionHit(x change[Event]) []hit {
	part := "deleted"
	if x.old.Deleted == nil && x.new.Deleted == nil {
		part = "kind"
	}
	return []hit{{from: deletion(x.old), to: deletion(x.new), old: x.old.At(part), new: x.new.At(part),
		message: fmt.Sprintf("deletion of %s is %s, was %s", x.new.Name, orNone(deletion(x.new)), orNone(deletion(x.old)))}}
}

func chunkingText(e *Event) string {
	if e.Chunking == nil {
		return ""
	}
	return fmt.Sprintf("chunks of %s, at most %s", schema.FormatSize(e.Chunking.ChunkSize), schema.FormatSize(e.Chunking.MaxSize))
}

func chunkingOn(x change[Event]) []hit {
	if x.old.Chunking != nil || x.new.Chunking == nil {
		return nil
	}
	return optionHit(x, "chunking", chunkingText)
}

// optionHit is a hit about one option under its name in the lock.
func optionHit(x change[Event], option string, text func(*Event) string) []hit {
	from, to := text(x.old), text(x.new)
	return []hit{{from: from, to: to, old: x.old.At(option), new: x.new.At(option),
		message: fmt.Sprintf("%s of %s is %s, was %s", option, x.new.Name, orNone(to), orNone(from))}}
}

func chunkThreshold(x change[Event]) []hit {
	was, is := x.old.Chunking, x.new.Chunking
	if was == nil || is == nil || is.ChunkSize <= was.ChunkSize && is.MaxSize <= was.MaxSize {
		return nil
	}
	return optionHit(x, "chunking", chunkingText)
}

// valueLimit finds values that were published before and are refused now.
func valueLimit(x change[Event]) []hit {
	before, was := largest(x.old)
	after, is := largest(x.new)
	if is >= was {
		return nil
	}
	from, to := schema.FormatSize(was), schema.FormatSize(is)
	return []hit{{from: from, to: to, old: x.old.At(before), new: x.new.At(after),
		message: fmt.Sprintf("values of %s are at most %s, were at most %s", x.new.Name, to, from)}}
}

// largest returns the size of the largest value that a producer takes, and the option that says it.
func largest(e *Event) (option string, size int) {
	switch {
	case e.ClaimCheck != nil:
		return "claim_check", e.ClaimCheck.MaxSize
	case e.Chunking != nil:
		return "chunking", e.Chunking.MaxSize
	}
	return "max_record", e.MaxRecord
}

func claimText(e *Event) string {
	if e.ClaimCheck == nil {
		return ""
	}
	return fmt.Sprintf("store %s above %s", e.ClaimCheck.Store, schema.FormatSize(e.MaxRecord))
}

func claimCheckOn(x change[Event]) []hit {
	lower := x.old.ClaimCheck != nil && x.new.MaxRecord < x.old.MaxRecord
	if x.new.ClaimCheck == nil || x.old.ClaimCheck != nil && !lower {
		return nil
	}
	return optionHit(x, "claim_check", claimText)
}

func claimStoreMoved(x change[Event]) []hit {
	if x.old.ClaimCheck == nil || x.new.ClaimCheck != nil && x.new.ClaimCheck.Store == x.old.ClaimCheck.Store {
		return nil
	}
	return optionHit(x, "claim_check", claimText)
}

func framing(e *Event) string {
	if e.SubjectName == "" {
		return "bare"
	}
	return "with the id of its schema"
}

func contentEncoding(x change[Event]) []hit {
	from, to := framing(x.old), framing(x.new)
	if from == to {
		return nil
	}
	return []hit{{from: from, to: to, old: x.old.At("subject"), new: x.new.At("subject"),
		message: fmt.Sprintf("value of %s is %s, was %s", x.new.Name, to, from)}}
}

// compression lets pass what every client reads.
func compression(x change[Event]) []hit {
	if x.old.Compression == x.new.Compression || x.new.Compression == "UNCOMPRESSED" {
		return nil
	}
	return optionHit(x, "compression", func(e *Event) string { return e.Compression })
}

func encryption(x change[Event]) []hit {
	was, is := x.old.DataSubject, x.new.DataSubject
	if was == nil && is == nil || was != nil && is != nil && was.Same(*is) {
		return nil
	}
	return optionHit(x, "data_subject", func(e *Event) string {
		if e.DataSubject == nil {
			return ""
		}
		return e.DataSubject.Path
	})
}

func delivery(x change[Event]) []hit {
	if x.old.Delivery == x.new.Delivery {
		return nil
	}
	return optionHit(x, "delivery", func(e *Event) string { return e.Delivery })
}

func headerRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "HEADER_REMOVED", Group: transport, Summary: "a header is no longer sent",
			Effect: effect(compat.Forward, "misses it", "none", "none", "deploy consumers that do without it", "deploy producers")}, headerRemoved},
		{compat.Rule{ID: "HEADER_RETYPED", Group: transport, Summary: "a header has another field's value, or another text",
			Effect: effect(compat.Forward, "reads another value, or cannot read it", "none", "old records have the old text", "deploy consumers that take both", "deploy producers")}, headerRetyped},
		{compat.Rule{ID: "HEADER_REQUIRED_ADDED", Group: transport, Summary: "every record is to have a header that older ones lack",
			Effect: effect(compat.Backward, "none", "misses it", "old records lack it", "deploy producers", "require it once no older record is left")}, headerRequired},
	}
}

func header(e *Event, name string) *Header {
	for i := range e.Headers {
		if e.Headers[i].Name == name {
			return &e.Headers[i]
		}
	}
	return nil
}

func headerRemoved(x change[Event]) []hit {
	var hits []hit
	for _, was := range x.old.Headers {
		if header(x.new, was.Name) == nil {
			hits = append(hits, hit{about: x.new.Name + "." + was.Path, from: was.Name, old: was.Place, new: x.new.whole,
				message: fmt.Sprintf("header %s of %s is gone", was.Name, x.new.Name)})
		}
	}
	return hits
}

func headerRetyped(x change[Event]) []hit {
	var hits []hit
	for _, is := range x.new.Headers {
		was := header(x.old, is.Name)
		if was == nil || was.Same(is.Field) && sameBytes("TEXT", was.Type, "TEXT", is.Type) {
			continue
		}
		from, to := was.Type+" "+was.Path, is.Type+" "+is.Path
		hits = append(hits, hit{about: x.new.Name + "." + is.Path, from: from, to: to, old: was.Place, new: is.Place,
			message: fmt.Sprintf("header %s of %s is %s, was %s", is.Name, x.new.Name, to, from)})
	}
	return hits
}

func headerRequired(x change[Event]) []hit {
	var hits []hit
	for _, is := range x.new.Headers {
		if was := header(x.old, is.Name); is.Required && (was == nil || !was.Required) {
			hits = append(hits, hit{about: x.new.Name + "." + is.Path, to: is.Name, old: x.old.whole, new: is.Place,
				message: fmt.Sprintf("header %s of %s is required, and older records lack it", is.Name, x.new.Name)})
		}
	}
	return hits
}
