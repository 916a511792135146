package schema

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// checkLayers checks each place where settings of topics are written, once, whoever uses it.
func (r *resolver) checkLayers() {
	for _, f := range r.files {
		o := fileOption(f.Desc)
		r.checkLayer("(evgen.v1.file).defaults", layer{o.GetDefaults(), f.Desc, evgenpb.E_File, "defaults"})
		for i, t := range o.GetTopics() {
			r.checkLayer("topic "+t.GetName(), layer{t, f.Desc, evgenpb.E_File, "topics[" + strconv.Itoa(i) + "]"})
		}
	}
	for _, d := range r.drafts {
		r.checkLayer("event "+string(d.Desc.FullName()), d.ownTopic())
		if d.isSet("compaction") && d.isSet("topic_settings.compaction") {
			d.errorf(d.pos("topic_settings.compaction"), compactionTwice, "compaction is set here and in the event").
				help("keep the shorter one").related(d.pos("compaction"), "it is set here, too")
		}
	}
}

// checkLayer checks one place; subject begins its messages.
func (r *resolver) checkLayer(subject string, l layer) {
	if l.options == nil {
		return
	}
	if l.options.Name != "" && !strings.HasPrefix(l.path, "topics") {
		r.errorf(r.layerPos(l, "name"), topicMisnamed, "%s: name %q stands where topics have none", subject, l.options.Name).
			help(`name an event's topic with topic: %q, or declare it in (evgen.v1.file).topics`, l.options.Name)
	}
	r.checkCapacity(subject, l)
	for option, text := range map[string]string{
		"retention": l.options.Retention, "tombstone_retention": l.options.TombstoneRetention, "max_compaction_lag": l.options.MaxCompactionLag,
	} {
		r.checkDuration(subject, l, option, text)
	}
	for _, key := range slices.Sorted(maps.Keys(l.options.Config)) {
		r.checkConfig(subject, l, key, l.options.Config[key])
	}
}

func (r *resolver) checkDuration(subject string, l layer, option, text string) {
	if text == "" || option == "retention" && text == "forever" {
		return
	}
	if _, err := parseDuration(text); err != nil {
		r.errorf(r.layerPos(l, option), malformedDuration, "%s: %s %q %s", subject, option, text, durationProblem(text, err)).help("%s", durationHelp)
	}
}

func (r *resolver) checkCapacity(subject string, l layer) {
	o := l.options
	limits := []struct {
		option string
		value  *uint32
		most   uint32
	}{
		{"partitions", o.Partitions, math.MaxInt32},
		{"replication", o.Replication, math.MaxInt16},
		{"min_in_sync", o.MinInSync, math.MaxInt16},
	}
	for _, c := range limits {
		if c.value != nil && (*c.value == 0 || *c.value > c.most) {
			r.errorf(r.layerPos(l, c.option), topicCapacity, "%s: %s is %d", subject, c.option, *c.value).help("use 1 to %d, or leave it out", c.most)
		}
	}
}

// typedConfigs are keys of Kafka's topic configuration that have a field of their own.
var typedConfigs = map[string]string{
	"cleanup.policy":        "compaction",
	"retention.ms":          "retention",
	"delete.retention.ms":   "tombstone_retention",
	"max.compaction.lag.ms": "max_compaction_lag",
	"min.insync.replicas":   "min_in_sync",
}

// knownConfigs are the other keys of Kafka 4.
var knownConfigs = []string{
	"compression.gzip.level", "compression.lz4.level", "compression.type", "compression.zstd.level", "file.delete.delay.ms",
	"flush.messages", "flush.ms", "follower.replication.throttled.replicas", "index.interval.bytes",
	"leader.replication.throttled.replicas", "local.retention.bytes", "local.retention.ms", maxMessageBytes,
	"message.timestamp.after.max.ms", "message.timestamp.before.max.ms", "message.timestamp.type",
	"min.cleanable.dirty.ratio", "min.compaction.lag.ms", "preallocate", "remote.copy.lag.bytes", "remote.copy.lag.ms",
	"remote.log.copy.disable", "remote.log.delete.on.disable", "remote.storage.enable", "retention.bytes", "segment.bytes",
	"segment.index.bytes", "segment.jitter.ms", "segment.ms", "unclean.leader.election.enable",
}

const maxMessageBytes = "max.message.bytes"

func (r *resolver) checkConfig(subject string, l layer, key, value string) {
	pos := r.entryPos(l, key)
	_, err := strconv.ParseUint(value, 10, 31)
	switch typed := typedConfigs[key]; {
	case typed != "":
		r.errorf(pos, topicConfig, "%s: config %q has a field of its own", subject, key).help("set %s instead", typed)
	case key == maxMessageBytes && err != nil:
		r.errorf(pos, topicConfig, "%s: config %q is %q, which is no number of bytes", subject, key, value).help(`write digits: "2097152"`)
	case !slices.Contains(knownConfigs, key) && !strings.HasPrefix(key, "confluent."):
		r.warnf(pos, configUnknown, "%s: config %q is unknown to Apache Kafka", subject, key).
			didYouMean(key, append(slices.Sorted(maps.Keys(typedConfigs)), knownConfigs...))
	}
}

// entryPos finds an entry of config. Source info numbers the entries as they are written, which the map has forgotten, so the
// entry is looked up in the text.
func (r *resolver) entryPos(l layer, key string) Position {
	for i := range len(l.options.Config) {
		pos := r.layerPos(l, "config["+strconv.Itoa(i)+"]")
		if text, ok := r.from(pos); ok && strings.Contains(beforeBrace(text), strconv.Quote(key)) {
			return pos
		}
	}
	return r.layerPos(l, "config")
}

// from returns the text from a position on.
func (l *locator) from(pos Position) (string, bool) {
	text, ok := l.texts[pos.Path]
	if !ok || pos.Line == 0 {
		return "", false
	}
	n := 0
	for line := range strings.Lines(text) {
		if pos.Line--; pos.Line == 0 {
			n += min(pos.Column-1, len(line))
			return text[n:], true
		}
		n += len(line)
	}
	return "", false
}

func beforeBrace(text string) string {
	before, _, _ := strings.Cut(text, "}")
	return before
}
