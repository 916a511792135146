package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// checkTopics checks names, what the events of a topic must share, and whether settings and events fit.
func (r *resolver) checkTopics() {
	r.checkLayers()
	sameMetrics := map[string]*topicDraft{}
	for _, t := range r.topics {
		t.checkName()
		t.checkClash(sameMetrics)
		t.checkNear()
		t.checkUsed()
		t.checkInSync()
		t.checkIdle()
		t.checkCompacted()
		for _, d := range t.events {
			d.checkOnTopic(t)
		}
	}
}

func (t *topicDraft) checkName() {
	pos, problem := t.Pos, topicNameProblem(t.Name)
	if prefix := t.prefix(); prefix != "" {
		pos = t.r.atOption(t.file.Desc, evgenpb.E_File, "topic_prefix")
		if problem == "" && strings.HasSuffix(prefix, ".") {
			problem = "has two dots: topic_prefix ends with one"
		}
	}
	if problem == "" {
		return
	}
	t.r.errorf(pos, topicName, "topic %q %s", t.Name, problem).help("use at most 249 letters, digits, dots, underscores and hyphens")
}

// prefix returns the file's topic_prefix if the topic's name starts with it because nobody named it.
func (t *topicDraft) prefix() string {
	if t.Shared || t.events[0].isSet("topic") {
		return ""
	}
	return fileOption(t.file.Desc).GetTopicPrefix()
}

// checkClash looks t up among the topics before it, by their names in metrics, and adds it.
func (t *topicDraft) checkClash(before map[string]*topicDraft) {
	other, clash := before[metricName(t.Name)]
	if !clash {
		before[metricName(t.Name)] = t
		return
	}
	t.r.errorf(t.Pos, topicClash, `topics %s and %s differ only in "." and "_", which Kafka's metrics confuse`, other.Name, t.Name).
		help("rename one of them").related(other.Pos, "topic %s is here", other.Name)
}

// checkNear warns of an event that seems to miss the topic it wants to join: it would silently get one of its own.
func (t *topicDraft) checkNear() {
	if t.Shared || len(t.events) == 0 || !t.events[0].isSet("topic") {
		return
	}
	var shared []string
	for _, other := range t.r.topics {
		if other.Shared {
			shared = append(shared, other.Name)
		}
	}
	if near := nearest.Of(t.Name, shared); near != "" {
		d := t.events[0]
		d.warnf(d.topicPos(), topicNear, "topic %q is declared nowhere, so the event gets one of its own", t.Name).help("did you mean %q?", near)
	}
}

func (t *topicDraft) checkUsed() {
	if len(t.events) == 0 {
		t.r.warnf(t.Pos, topicUnused, "topic %s has no events", t.Name).help("join it with topic: %q, or remove it", t.Name)
	}
}

func (t *topicDraft) checkInSync() {
	if t.Replication > 0 && t.MinInSync > t.Replication {
		l, _ := t.highest("min_in_sync")
		t.r.errorf(t.r.layerPos(l, "min_in_sync"), topicCapacity, "topic %s: min_in_sync %d is above replication %d, so nothing could be written", t.Name, t.MinInSync, t.Replication).
			help("use at most %d", max(1, t.Replication-1))
	}
}

// checkIdle warns of settings that do nothing with this compaction. Defaults of the file are for all of its topics.
func (t *topicDraft) checkIdle() {
	idle := []string{"tombstone_retention", "max_compaction_lag"}
	if t.Compaction == Compact {
		idle = []string{"retention"}
	}
	if t.Compaction == CompactAndDelete {
		return
	}
	for _, option := range idle {
		if l, ok := t.highest(option); ok && l.path != "defaults" {
			t.r.warnf(t.r.layerPos(l, option), settingIdle, "topic %s: %s does nothing with compaction %s", t.Name, option, t.Compaction).
				help("remove it, or change compaction")
		}
	}
}

func (t *topicDraft) checkCompacted() {
	if t.Compaction == NoCompaction || len(t.events) < 2 {
		return
	}
	names := make([]string, len(t.events))
	for i, d := range t.events {
		names[i] = string(d.Desc.Name())
	}
	t.r.warnf(t.Pos, compactShared, "topic %s is compacted and carries %s: only the last record of a key is kept, whatever its type", t.Name, strings.Join(names, ", ")).
		help("give each event its own topic")
}

// checkMixedKinds reports events whose kinds want different compactions where nobody decided.
func (t *topicDraft) checkMixedKinds() {
	for _, d := range t.events {
		if first := t.events[0]; d.Kind.compaction() != first.Kind.compaction() {
			d.errorf(d.topicPos(), topicDisagree, "its kind is %s, and that of %s on topic %s is %s: their default compactions differ", d.Kind, first.Desc.FullName(), t.Name, first.Kind).
				help("set compaction where the topic is declared").related(first.topicPos(), "%s is here", first.Desc.FullName())
			return
		}
	}
}

// checkOnTopic checks an event against its topic and the topic's first event.
func (d *draft) checkOnTopic(t *topicDraft) {
	if t.Shared {
		d.checkSharedSettings()
	}
	d.checkKeyMissing(t)
	d.checkCompaction(t)
	d.checkMaxRecord(t)
	d.checkRetention(t)
	d.checkAgreement(t.events[0])
}

func (d *draft) checkSharedSettings() {
	for _, option := range []string{"compaction", "topic_settings"} {
		if d.isSet(option) {
			d.errorf(d.pos(option), topicShared, "%s is set, and its topic %s is shared", option, d.topicName).
				help("set it where the topic is declared").related(d.Topic.Pos, "topic %s is declared here", d.topicName)
		}
	}
}

func (d *draft) checkCompaction(t *topicDraft) {
	if t.Compaction == NoCompaction {
		return
	}
	if d.hasSequence() && d.Kind == Fact {
		d.errorf(d.fieldPos(d.Revision.Path.Leaf(), "revision"), sequenceCompacted, "its topic %s is compacted, which removes steps of a SEQUENCE", t.Name).
			help("use MONOTONIC, or compaction NONE")
	}
	if d.Deleted != nil {
		d.errorf(d.fieldPos(d.Deleted.Leaf(), "deleted"), deletedCompacted, "its topic %s is compacted, so a deletion is a tombstone", t.Name).
			help("remove the mark, and publish a deletion")
	}
	if d.isSet("chunking") {
		d.errorf(d.pos("chunking"), chunkingCompacted, "its topic %s is compacted, which would remove chunks", t.Name).help("use claim_check")
	}
	if d.Kind == Command {
		d.warnf(d.compactionPos(), compactCommand, "its topic %s is compacted, so a later COMMAND with its key removes it", t.Name).help("use compaction NONE")
	}
}

// compactionPos is where one would look for the compaction of the event's topic.
func (d *draft) compactionPos() Position {
	if d.isSet("compaction") {
		return d.pos("compaction")
	}
	return d.topicPos()
}

// checkKeyMissing does not count on d.Key, which lacks paths that are wrong and reported as such.
func (d *draft) checkKeyMissing(t *topicDraft) {
	if len(d.options.GetKey()) > 0 || len(d.marks.key) > 0 {
		return
	}
	const help = "mark the id of the entity: [(evgen.v1.field).key = true]"
	switch {
	case d.Kind == Document:
		d.errorf(d.Pos, documentKey, "a DOCUMENT needs a key").help(help)
	case t.Compaction != NoCompaction:
		d.errorf(d.Pos, compactKey, "its topic %s is compacted, and it has no key", t.Name).help(help)
	case d.Revision != nil:
		fd := d.Revision.Path.Leaf()
		d.errorf(d.fieldPos(fd, "revision"), revisionKey, "revision %q counts per key, and it has no key", fd.Name()).help(help)
	case d.Kind == Fact:
		d.warnf(d.Pos, eventKey, "it has no key, so its records have no order").help(help)
	}
}

const (
	// brokerMessageBytes is the broker's default of max.message.bytes.
	brokerMessageBytes = 1048588
	// recordOverhead is what a batch adds to the value of its only record, without key and headers.
	recordOverhead = 73
)

func (d *draft) checkMaxRecord(t *topicDraft) {
	limit := brokerMessageBytes
	if i := slices.IndexFunc(t.Config, func(e Entry) bool { return e.Key == maxMessageBytes }); i >= 0 {
		if n, err := strconv.Atoi(t.Config[i].Value); err == nil {
			limit = n
		}
	}
	if d.MaxRecord > limit-recordOverhead {
		d.errorf(d.pos("max_record"), maxRecord, "max_record %s does not fit max.message.bytes %d of topic %s", formatSize(d.MaxRecord), limit, t.Name).
			help("lower max_record to at most %dB, or set config %q of the topic", limit-recordOverhead, maxMessageBytes)
	}
}

func (d *draft) checkRetention(t *topicDraft) {
	longest := d.Retry.longestRetry()
	if t.Compaction == Compact || t.Retention == Forever || longest < t.Retention {
		return
	}
	pos := d.topicPos()
	if l, ok := t.highest("retention"); ok {
		pos = t.r.layerPos(l, "retention")
	}
	d.warnf(pos, retentionShort, "topic %s keeps a record for %s, and its retries may last %s", t.Name, formatDuration(t.Retention), formatDuration(longest)).
		help("raise retention, or lower retry.attempts")
}

// checkAgreement compares what handlers of the topic decide before they know the type of a record.
func (d *draft) checkAgreement(first *draft) {
	sides := []struct{ what, mine, other string }{
		{"key", d.keyTypes(), first.keyTypes()},
		{"key_encoding", d.Encoding.String(), first.Encoding.String()},
		{"partition_by", d.partitionTypes(), first.partitionTypes()},
		{"duplicates", "by " + d.guard().String(), "by " + first.guard().String()},
		{"revision", d.revisionName(), first.revisionName()},
		{"compression", d.Codec.String(), first.Codec.String()},
	}
	for _, s := range sides {
		if s.mine != s.other {
			d.errorf(d.topicPos(), topicDisagree, "%s is %s, and %s of %s on topic %s is %s", s.what, s.mine, s.what, first.Desc.FullName(), d.topicName, s.other).
				help("all events of a topic share one").related(first.topicPos(), "%s is here", first.Desc.FullName())
			return
		}
	}
}

func (d *draft) keyTypes() string {
	types := make([]string, len(d.Key))
	for i, p := range d.Key {
		types[i] = typeName(p.Leaf())
	}
	return listOrNone(types)
}

// partitionTypes says which parts of the key choose the partition, by their places, since names may differ.
func (d *draft) partitionTypes() string {
	places := make([]string, len(d.Partition))
	for i, p := range d.Partition {
		at := slices.IndexFunc(d.Key, func(k Path) bool { return k.String() == p.String() })
		places[i] = fmt.Sprintf("part %d of the key", at+1)
	}
	if len(places) == 0 {
		return "the whole key"
	}
	return strings.Join(places, ", ")
}

func (d *draft) revisionName() string {
	if d.Revision == nil {
		return "none"
	}
	return d.Revision.Kind.String()
}
