package contract

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// The settings of topics under their names in Kafka, and the broker's defaults.
const (
	messageBytes     = "max.message.bytes"
	compactionLag    = "min.compaction.lag.ms"
	retentionBytes   = "retention.bytes"
	timestampType    = "message.timestamp.type"
	defaultMessage   = 1048588
	defaultTimestamp = "CreateTime"
	// recordOverhead is what a batch adds to the value of its only record, without key and headers.
	recordOverhead = 73
)

var snapshotFirst = []string{"publish a snapshot of all states to a topic that keeps it", "move those who start from the first record to it", "switch"}

func topicRules() []rule[Topic] {
	return append(partitionRules(), lifetimeRules()...)
}

func partitionRules() []rule[Topic] {
	return []rule[Topic]{
		{compat.Rule{ID: "PARTITION_COUNT_CHANGED", Group: identity, Summary: "a topic with keys has another number of partitions",
			Effect: effect(compat.Identity, "keys move: later events of a key are in another partition, and the old state stays in the old one", "the same",
				"events of a key are out of order between partitions",
				"if age removes records: stop producers, let consumers drain the topic, change the number, start producers", "if the topic is compacted: create a new one")}, partitionCount},
		{compat.Rule{ID: "EVENT_TIME_CHANGED", Group: order, Summary: "the time of a record is another one",
			Effect: effect(compat.State|compat.History, "windows and retention by time shift", "the same", "data looks late",
				"create a new topic for consumers with windows", "or announce the change")}, eventTime},
		{compat.Rule{ID: "MAX_MESSAGE_BYTES", Group: transport, Summary: "the largest batch that the broker takes is another one",
			Effect: effect(compat.Producing|compat.Forward, "raised: needs more memory and a larger fetch", "none", "old large records stay",
				"lowered: deploy producers first, then change the topic", "raised: deploy consumers first, then change the topic")}, maxMessageBytes},
	}
}

func lifetimeRules() []rule[Topic] {
	return []rule[Topic]{
		{compat.Rule{ID: "COMPACTION_ON", Group: lifetime, Summary: "compaction removes what is superseded, where age did",
			Effect: effect(compat.History|compat.Producing, "misses what is superseded while it lags behind", "the broker refuses records without a key", "only the last record of a key is left",
				"let all producers send keys", "set min.compaction.lag.ms above the longest lag", "switch compaction on")}, compactionOn},
		{compat.Rule{ID: "COMPACTION_OFF", Group: lifetime, Summary: "age removes what compaction kept",
			Effect: effect(compat.History, "states that are older than the retention go", "none", "what starts from the first record is incomplete", snapshotFirst...)}, compactionOff},
		{compat.Rule{ID: "COMPACT_TO_COMPACT_DELETE", Group: lifetime, Summary: "age removes records of a compacted topic, too",
			Effect: effect(compat.History, "states that do not change vanish", "none", "what starts from the first record is incomplete", snapshotFirst...)}, compactDelete},
		{compat.Rule{ID: "RETENTION_LOWERED", Group: lifetime, Summary: "records are removed earlier",
			Effect: effect(compat.History, "loses what it has not read yet", "none", "the history is shorter, and what needs it cannot be rebuilt",
				"check the lag of each consumer", "check each projection that is rebuilt from the log", "lower the retention")}, retentionLowered},
		{compat.Rule{ID: "RETENTION_RAISED", Group: lifetime, Severity: compat.Remark, Summary: "records are kept longer",
			Effect: effect(0, "none", "none", "more old versions and personal data are alive",
				"compare with every version that is on the log from now on")}, retentionRaised},
		{compat.Rule{ID: "DELETE_RETENTION_LOWERED", Group: lifetime, Summary: "tombstones are removed earlier",
			Effect: effect(compat.History, "misses deletions when it is offline for longer", "none", "a slow start from the first record misses deletions",
				"keep it longer than the longest start from the first record takes")}, deleteRetention},
		{compat.Rule{ID: "MIN_COMPACTION_LAG_LOWERED", Group: lifetime, Summary: "superseded records are removed earlier",
			Effect: effect(compat.History, "misses states while it lags behind", "none", "none",
				"check the lag of each consumer", "lower it")}, minCompactionLag},
	}
}

func (x change[T]) keyed(topic string) bool {
	return slices.ContainsFunc(x.after.eventsOn(topic), (*Event).hasKey)
}

func partitionCount(x change[Topic]) []hit {
	if x.old.Partitions == x.new.Partitions || !x.keyed(x.new.Name) {
		return nil
	}
	h := topicChange(x, "partitions", "number of partitions", strconv.Itoa(int(x.old.Partitions)), strconv.Itoa(int(x.new.Partitions)))
	if x.new.Partitions < x.old.Partitions {
		h[0].help = "no broker takes partitions away: the topic keeps them where it exists, and a new one has fewer"
	}
	return h
}

// topicChange is a hit about a setting under its key in the lock.
func topicChange(x change[Topic], part, name, from, to string) []hit {
	return []hit{{from: from, to: to, old: x.old.At(part), new: x.new.At(part),
		message: fmt.Sprintf("%s of topic %s is %s, was %s", name, x.new.Name, orNone(to), orNone(from))}}
}

func eventTime(x change[Topic]) []hit {
	from, to := orDefault(x.old.config(timestampType), defaultTimestamp), orDefault(x.new.config(timestampType), defaultTimestamp)
	if from == to {
		return nil
	}
	return topicChange(x, "config", timestampType, from, to)
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// number64 reads a number of the configuration; what is none counts as not set.
func number64(value string, fallback int64) int64 {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return fallback
	}
	return n
}

func maxMessageBytes(x change[Topic]) []hit {
	was, is := number64(x.old.config(messageBytes), defaultMessage), number64(x.new.config(messageBytes), defaultMessage)
	h := topicChange(x, "config", messageBytes, strconv.FormatInt(was, 10), strconv.FormatInt(is, 10))
	switch {
	case is < was:
		h[0].breaks = compat.Producing
	case is > was:
		h[0].breaks = compat.Forward
	default:
		return tooLarge(x, is)
	}
	return h
}

// tooLarge looks for events whose records the broker refuses, which happens when a cluster is not as its contract says.
func tooLarge(x change[Topic], limit int64) []hit {
	for _, e := range x.after.eventsOn(x.new.Name) {
		if need := int64(e.MaxRecord) + recordOverhead; need > limit {
			return []hit{{from: strconv.FormatInt(limit, 10), to: strconv.FormatInt(need, 10), old: x.old.At("config"), new: e.At("max_record"),
				breaks:  compat.Producing,
				message: fmt.Sprintf("%s of topic %s is %d, and %s needs %d for max_record %s", messageBytes, x.new.Name, limit, e.Name, need, schema.FormatSize(e.MaxRecord))}}
		}
	}
	return nil
}

// compactionOn leaves states alone: of these only the last one counts, and Resolve sees to their keys.
func compactionOn(x change[Topic]) []hit {
	both := slices.Concat(x.before.eventsOn(x.new.Name), x.after.eventsOn(x.new.Name))
	facts := slices.ContainsFunc(both, func(e *Event) bool { return e.Kind != "DOCUMENT" })
	if x.old.compacted() || !x.new.compacted() || !facts {
		return nil
	}
	return topicChange(x, "compaction", "compaction", x.old.Compaction, x.new.Compaction)
}

func compactionOff(x change[Topic]) []hit {
	if !x.old.compacted() || x.new.compacted() || x.new.Retention == schema.Forever {
		return nil
	}
	return topicChange(x, "compaction", "compaction", x.old.Compaction, x.new.Compaction)
}

func compactDelete(x change[Topic]) []hit {
	if x.old.Compaction != "COMPACT" || x.new.Compaction != "COMPACT_AND_DELETE" || x.new.Retention == schema.Forever {
		return nil
	}
	return topicChange(x, "compaction", "compaction", x.old.Compaction, x.new.Compaction)
}

func retentionLowered(x change[Topic]) []hit {
	return retention(x, func(was, is int64) bool { return is < was })
}

func retentionRaised(x change[Topic]) []hit {
	return retention(x, func(was, is int64) bool { return is > was })
}

// retention compares by age and by size, where age removes records on both sides.
func retention(x change[Topic], worse func(was, is int64) bool) []hit {
	if !x.old.ages() || !x.new.ages() {
		return nil
	}
	var hits []hit
	if worse(lifetimeOf(x.old.Retention), lifetimeOf(x.new.Retention)) {
		hits = topicChange(x, "retention", "retention", schema.FormatDuration(x.old.Retention), schema.FormatDuration(x.new.Retention))
	}
	was, is := unbounded(x.old.config(retentionBytes)), unbounded(x.new.config(retentionBytes))
	if worse(was, is) {
		hits = append(hits, topicChange(x, "config", retentionBytes, bytesText(was), bytesText(is))...)
	}
	return hits
}

func lifetimeOf(d time.Duration) int64 {
	if d == schema.Forever {
		return math.MaxInt64
	}
	return int64(d)
}

// unbounded reads a size that has no bound unless it is set.
func unbounded(value string) int64 {
	if n := number64(value, -1); n >= 0 {
		return n
	}
	return math.MaxInt64
}

func bytesText(n int64) string {
	if n == math.MaxInt64 {
		return "unbounded"
	}
	return strconv.FormatInt(n, 10)
}

func deleteRetention(x change[Topic]) []hit {
	if !x.old.compacted() || !x.new.compacted() || x.new.TombstoneRetention >= x.old.TombstoneRetention {
		return nil
	}
	return topicChange(x, "tombstone_retention", "tombstone_retention", schema.FormatDuration(x.old.TombstoneRetention), schema.FormatDuration(x.new.TombstoneRetention))
}

func minCompactionLag(x change[Topic]) []hit {
	was, is := number64(x.old.config(compactionLag), 0), number64(x.new.config(compactionLag), 0)
	if !x.old.compacted() || !x.new.compacted() || is >= was {
		return nil
	}
	return topicChange(x, "config", compactionLag, strconv.FormatInt(was, 10), strconv.FormatInt(is, 10))
}
