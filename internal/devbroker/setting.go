package devbroker

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// setting is what Kafka accepts as the value of a topic setting. Without words and without list it is a whole number.
type setting struct {
	min, max int64
	words    []string // the value must be one of them
	list     bool     // the value is a list of words, separated by commas
}

// settings are those of Kafka 4: kfake takes any name and any value, and a typing error would surface only in production.
func settings() map[string]setting {
	flag := setting{words: []string{"true", "false"}}
	anyList := setting{list: true}
	return map[string]setting{
		"cleanup.policy":                          {words: []string{"delete", "compact"}, list: true},
		"compression.gzip.level":                  {min: -1, max: 9},
		"compression.lz4.level":                   {min: 1, max: 17},
		"compression.type":                        {words: []string{"uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"}},
		"compression.zstd.level":                  {min: -131072, max: 22},
		"delete.retention.ms":                     {max: math.MaxInt64},
		"file.delete.delay.ms":                    {max: math.MaxInt64},
		"flush.messages":                          {min: 1, max: math.MaxInt64},
		"flush.ms":                                {max: math.MaxInt64},
		"follower.replication.throttled.replicas": anyList,
		"index.interval.bytes":                    {max: math.MaxInt32},
		"leader.replication.throttled.replicas":   anyList,
		"local.retention.bytes":                   {min: -2, max: math.MaxInt64},
		"local.retention.ms":                      {min: -2, max: math.MaxInt64},
		"max.compaction.lag.ms":                   {min: 1, max: math.MaxInt64},
		"max.message.bytes":                       {max: math.MaxInt32},
		"message.timestamp.after.max.ms":          {max: math.MaxInt64},
		"message.timestamp.before.max.ms":         {max: math.MaxInt64},
		"message.timestamp.type":                  {words: []string{"CreateTime", "LogAppendTime"}},
		"min.cleanable.dirty.ratio":               anyList, // a fraction; kfake ignores it
		"min.compaction.lag.ms":                   {max: math.MaxInt64},
		"min.insync.replicas":                     {min: 1, max: math.MaxInt32},
		"preallocate":                             flag,
		"remote.log.copy.disable":                 flag,
		"remote.log.delete.on.disable":            flag,
		"remote.storage.enable":                   flag,
		"retention.bytes":                         {min: -1, max: math.MaxInt64},
		"retention.ms":                            {min: -1, max: math.MaxInt64},
		"segment.bytes":                           {min: 1 << 20, max: math.MaxInt32},
		"segment.index.bytes":                     {min: 4, max: math.MaxInt32},
		"segment.jitter.ms":                       {max: math.MaxInt64},
		"segment.ms":                              {min: 1, max: math.MaxInt64},
		"unclean.leader.election.enable":          flag,
	}
}

// checkSetting says what is wrong with a topic setting, in the words that a client gets to read.
func checkSetting(name, value string) error {
	s, ok := settings()[name]
	if !ok {
		return fmt.Errorf("unknown topic config name: %s", name)
	}
	switch {
	case s.list:
		return s.checkList(name, value)
	case s.words != nil:
		return s.checkWord(name, value)
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return fmt.Errorf("invalid value %s for configuration %s: not a number", value, name)
	}
	if n < s.min || n > s.max {
		return fmt.Errorf("invalid value %s for configuration %s: value must be between %d and %d", value, name, s.min, s.max)
	}
	return nil
}

func (s setting) checkList(name, value string) error {
	if s.words == nil {
		return nil
	}
	for word := range strings.SplitSeq(value, ",") {
		if err := s.checkWord(name, strings.TrimSpace(word)); err != nil {
			return err
		}
	}
	return nil
}

func (s setting) checkWord(name, value string) error {
	if !slices.Contains(s.words, value) {
		return fmt.Errorf("invalid value %s for configuration %s: string must be one of: %s", value, name, strings.Join(s.words, ", "))
	}
	return nil
}
