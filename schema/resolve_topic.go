package schema

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

const (
	defaultPartitions         = 6
	defaultRetention          = 7 * 24 * time.Hour
	defaultTombstoneRetention = 7 * 24 * time.Hour
	defaultMaxCompactionLag   = 24 * time.Hour
)

// resolveTopics puts events on topics and reads the settings of those.
func (r *resolver) resolveTopics() {
	r.declareTopics()
	r.placeEvents()
	for _, t := range r.topics {
		t.resolve()
	}
}

// declareTopics reads (evgen.v1.file).topics.
func (r *resolver) declareTopics() {
	for _, f := range r.files {
		for i, o := range fileOption(f.Desc).GetTopics() {
			path := "topics[" + strconv.Itoa(i) + "]"
			pos := r.atOption(f.Desc, evgenpb.E_File, path+".name")
			if o.GetName() == "" {
				r.errorf(pos, topicUnnamed, "topic %d of %s has no name", i+1, f.Desc.Path()).help("add a name, by which events join the topic")
				continue
			}
			if first := r.topicsByName[o.GetName()]; first != nil {
				r.errorf(pos, topicTwice, "topic %s is declared twice", o.GetName()).help("keep one of the declarations").related(first.Pos, "it is declared here, too")
				continue
			}
			t := r.addTopic(f, o.GetName(), pos)
			t.Shared = true
			t.layers = append(t.layers, layer{o, f.Desc, evgenpb.E_File, path})
		}
	}
}

func (r *resolver) addTopic(f *File, name string, pos Position) *topicDraft {
	t := &topicDraft{Topic: &Topic{Name: name, Pos: pos}, r: r, file: f}
	if o := fileOption(f.Desc).GetDefaults(); o != nil {
		t.layers = append(t.layers, layer{o, f.Desc, evgenpb.E_File, "defaults"})
	}
	r.topics = append(r.topics, t)
	r.topicsByName[name] = t
	f.Topics = append(f.Topics, t.Topic)
	return t
}

// placeEvents puts each event on the topic of its name: a declared one, or its own.
func (r *resolver) placeEvents() {
	for _, d := range r.drafts {
		t := r.topicsByName[d.topicName]
		switch {
		case t == nil:
			t = r.addTopic(d.file, d.topicName, d.topicPos())
			t.layers = append(t.layers, d.ownTopic())
		case t.Shared && t.file != d.file:
			d.errorf(d.topicPos(), topicElsewhere, "its topic %s is declared in %s", t.Name, t.file.Desc.Path()).
				help("move the event there: one handler interface comes from one file").related(t.Pos, "topic %s is declared here", t.Name)
		case !t.Shared:
			first := t.events[0]
			d.errorf(d.topicPos(), topicUndeclared, "its topic %s is the topic of %s, too", t.Name, first.Desc.FullName()).
				help("declare it: option (evgen.v1.file) = { topics: { name: %q } }", t.Name).related(first.topicPos(), "%s is here", first.Desc.FullName())
		}
		d.Topic = t.Topic
		t.Events = append(t.Events, d.Event)
		t.events = append(t.events, d)
	}
}

// ownTopic is the layer of an event's topic_settings, with its compaction.
func (d *draft) ownTopic() layer {
	return layer{d.options.GetTopicSettings(), d.Desc, evgenpb.E_Event, "topic_settings"}
}

func (t *topicDraft) resolve() {
	t.Partitions = int32(t.number("partitions", defaultPartitions, (*evgenpb.Topic).GetPartitions))
	t.Replication = int32(t.number("replication", 0, (*evgenpb.Topic).GetReplication))
	t.MinInSync = int32(t.number("min_in_sync", max(int64(t.Replication)-1, min(int64(t.Replication), 1)), (*evgenpb.Topic).GetMinInSync))
	t.resolveCompaction()
	t.Retention = t.duration("retention", defaultRetention, (*evgenpb.Topic).GetRetention)
	t.TombstoneRetention = t.duration("tombstone_retention", defaultTombstoneRetention, (*evgenpb.Topic).GetTombstoneRetention)
	t.MaxCompactionLag = t.duration("max_compaction_lag", defaultMaxCompactionLag, (*evgenpb.Topic).GetMaxCompactionLag)
	t.resolveConfig()
	t.Guard = t.guard()
}

// number reads a capacity; 0 as fallback leaves it to the broker.
func (t *topicDraft) number(option string, fallback int64, get func(*evgenpb.Topic) uint32) int64 {
	l, ok := t.highest(option)
	if !ok {
		t.add(option, numberOrBroker(fallback), builtIn)
		return fallback
	}
	n := int64(get(l.options))
	t.add(option, strconv.FormatInt(n, 10), t.origin(l, option))
	return min(n, math.MaxInt32)
}

func numberOrBroker(n int64) string {
	if n == 0 {
		return "the broker's"
	}
	return strconv.FormatInt(n, 10)
}

var compactions = map[evgenpb.Compaction]Compaction{
	evgenpb.Compaction_NONE:               NoCompaction,
	evgenpb.Compaction_COMPACT:            Compact,
	evgenpb.Compaction_COMPACT_AND_DELETE: CompactAndDelete,
}

// String returns the compaction as annotations spell it.
func (c Compaction) String() string {
	return [...]string{NoCompaction: "NONE", Compact: "COMPACT", CompactAndDelete: "COMPACT_AND_DELETE"}[c]
}

// resolveCompaction takes the word of the event, else of the uppermost layer, else of the kind.
func (t *topicDraft) resolveCompaction() {
	if !t.Shared && t.events[0].isSet("compaction") {
		d := t.events[0]
		t.Compaction = compactions[d.options.GetCompaction()]
		t.add("compaction", t.Compaction.String(), d.pos("compaction").String())
		return
	}
	if l, ok := t.highest("compaction"); ok {
		t.Compaction = compactions[l.options.GetCompaction()]
		t.add("compaction", t.Compaction.String(), t.origin(l, "compaction"))
		return
	}
	origin := builtIn
	if len(t.events) > 0 {
		origin = t.events[0].byKind()
		t.Compaction = t.events[0].Kind.compaction()
	}
	t.add("compaction", t.Compaction.String(), origin)
	t.checkMixedKinds()
}

// compaction is the default of a kind.
func (k Kind) compaction() Compaction {
	if k == Document {
		return Compact
	}
	return NoCompaction
}

func (t *topicDraft) duration(option string, fallback time.Duration, get func(*evgenpb.Topic) string) time.Duration {
	l, ok := t.highest(option)
	if !ok {
		t.add(option, formatDuration(fallback), builtIn)
		return fallback
	}
	text := get(l.options)
	v, err := parseDuration(text)
	if option == "retention" && text == "forever" {
		v, err = Forever, nil
	}
	if err != nil { // reported where it is written, see checkDurations
		return fallback
	}
	t.add(option, formatDuration(v), t.origin(l, option))
	return v
}

// resolveConfig merges the maps of all layers.
func (t *topicDraft) resolveConfig() {
	values, origins := map[string]string{}, map[string]string{}
	for _, l := range t.layers {
		for k, v := range l.options.GetConfig() {
			values[k], origins[k] = v, t.entryOrigin(l, k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		t.Config = append(t.Config, Entry{k, values[k]})
		t.add("config["+strconv.Quote(k)+"]", values[k], origins[k])
	}
}
