package schema

import (
	"strconv"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

const (
	defaultMaxRecord  = 900 << 10
	defaultAttempts   = 10
	defaultBackoff    = 100 * time.Millisecond
	defaultMaxBackoff = 5 * time.Minute
)

var codecs = map[evgenpb.EventOptions_Compression]Compression{
	evgenpb.EventOptions_ZSTD:         Zstd,
	evgenpb.EventOptions_UNCOMPRESSED: Uncompressed,
	evgenpb.EventOptions_GZIP:         Gzip,
	evgenpb.EventOptions_SNAPPY:       Snappy,
	evgenpb.EventOptions_LZ4:          LZ4,
}

// String returns the codec as annotations spell it.
func (c Compression) String() string {
	return [...]string{Zstd: "ZSTD", Uncompressed: "UNCOMPRESSED", Gzip: "GZIP", Snappy: "SNAPPY", LZ4: "LZ4"}[c]
}

// resolveRecord reads what a record looks like on the wire.
func (d *draft) resolveRecord() {
	d.MaxRecord = d.size("max_record", d.options.GetMaxRecord(), defaultMaxRecord)
	d.add("max_record", formatSize(d.MaxRecord), d.origin("max_record", builtIn))
	d.checkLarge()
	d.Codec = codecs[d.options.GetCompression()]
	d.add("compression", d.Codec.String(), d.origin("compression", builtIn))
}

// checkLarge checks the two ways to carry what does not fit a record.
func (d *draft) checkLarge() {
	if d.options.Chunking != nil && d.options.ClaimCheck != nil {
		d.errorf(d.pos("claim_check"), largeTwice, "chunking and claim_check exclude each other").
			help("keep claim_check for what is rarely read, chunking for the rest").
			related(d.pos("chunking"), "chunking is here")
	}
	if c := d.options.Chunking; c != nil {
		if chunk := d.size("chunking.chunk_size", c.ChunkSize, d.MaxRecord); chunk > d.MaxRecord {
			d.errorf(d.pos("chunking.chunk_size"), largeLimits, "chunk_size %s is above max_record %s", c.ChunkSize, formatSize(d.MaxRecord)).
				help("lower chunk_size or leave it out")
		}
		d.checkMaxSize("chunking.max_size", c.MaxSize, 32<<20)
	}
	if c := d.options.ClaimCheck; c != nil {
		d.checkMaxSize("claim_check.max_size", c.MaxSize, 1<<30)
	}
}

func (d *draft) checkMaxSize(option, text string, fallback int) {
	if largest := d.size(option, text, fallback); largest <= d.MaxRecord {
		d.errorf(d.pos(option), largeLimits, "max_size %s is not above max_record %s", text, formatSize(d.MaxRecord)).
			help("raise max_size")
	}
}

// size reads an option that is a size. A malformed one is reported and counts as unset.
func (d *draft) size(option, text string, fallback int) int {
	if text == "" {
		return fallback
	}
	n, err := parseSize(text)
	if err != nil {
		d.errorf(d.pos(option), malformedSize, "%s %q %s", option, text, err).help(`write a number and B, KiB, MiB or GiB: "512KiB"`)
		return fallback
	}
	return n
}

// resolveRetry reads the policy of handlers. The runtime holds a key until its record is handled; parking comes later.
func (d *draft) resolveRetry() {
	o := d.options.GetRetry()
	d.Retry = Retry{
		Attempts:   defaultAttempts,
		Backoff:    d.duration("retry.backoff", o.GetBackoff(), defaultBackoff),
		MaxBackoff: d.duration("retry.max_backoff", o.GetMaxBackoff(), defaultMaxBackoff),
		DeadLetter: d.deadLetters(),
	}
	if o != nil && o.Attempts != nil {
		d.Retry.Attempts = int(*o.Attempts)
	}
	if o != nil && o.DeadLetter != nil {
		d.Retry.DeadLetter = *o.DeadLetter
	}
	d.resolveRetryMode(o.GetMode())
	d.add("retry.attempts", strconv.Itoa(d.Retry.Attempts), d.origin("retry.attempts", builtIn))
	d.add("retry.backoff", formatDuration(d.Retry.Backoff), d.origin("retry.backoff", builtIn))
	d.add("retry.max_backoff", formatDuration(d.Retry.MaxBackoff), d.origin("retry.max_backoff", builtIn))
	d.add("retry.dead_letter", strconv.FormatBool(d.Retry.DeadLetter), d.origin("retry.dead_letter", d.deadLetterOrigin()))
	d.checkRetry()
}

// deadLetters is the default: nothing that later records build on may be skipped.
func (d *draft) deadLetters() bool {
	return d.Kind == Command || d.Kind == Fact && !d.hasSequence()
}

func (d *draft) deadLetterOrigin() string {
	if d.hasSequence() {
		return "default of SEQUENCE"
	}
	return d.byKind()
}

func (d *draft) hasSequence() bool { return d.Revision != nil && d.Revision.Kind == Sequence }

func (d *draft) resolveRetryMode(m evgenpb.Retry_Mode) {
	switch m {
	case evgenpb.Retry_MODE_UNSPECIFIED:
		d.add("retry.mode", "BLOCK", "default of this release (PARK is not available yet)")
	case evgenpb.Retry_BLOCK:
		d.add("retry.mode", "BLOCK", d.pos("retry.mode").String())
	case evgenpb.Retry_PARK:
		d.add("retry.mode", "BLOCK", "PARK at "+d.pos("retry.mode").String()+" is not available yet")
		d.later("retry.mode", "PARK", "the key is held in place, as BLOCK does")
	case evgenpb.Retry_RETRY_TOPIC:
		p := d.errorf(d.pos("retry.mode"), retryTopic, "retry mode RETRY_TOPIC is not available yet").help("use BLOCK")
		if d.hasSequence() {
			p.help("use BLOCK: RETRY_TOPIC gives up the order that SEQUENCE needs")
		}
	}
}

func (d *draft) checkRetry() {
	if d.Retry.Attempts == 0 {
		d.errorf(d.pos("retry.attempts"), retryAttempts, "retry.attempts is 0, so no handler would be called").help("use 1 for no retries")
	}
	if d.Retry.Backoff > d.Retry.MaxBackoff {
		option := "retry.backoff"
		if !d.isSet(option) {
			option = "retry.max_backoff"
		}
		d.errorf(d.pos(option), retryBackoff, "retry.backoff %s is above retry.max_backoff %s", formatDuration(d.Retry.Backoff), formatDuration(d.Retry.MaxBackoff)).
			help("raise max_backoff or lower backoff")
	}
}

// longestShown stands for all that is longer, a hundred years.
const longestShown = 36500 * 24 * time.Hour

// longestRetry is how long a record may be retried: the waits between all attempts, without jitter. Durations would overflow.
func (r Retry) longestRetry() time.Duration {
	total, wait, most := 0.0, float64(r.Backoff), float64(r.MaxBackoff)
	for left := r.Attempts - 1; left > 0; left-- {
		if wait >= most {
			total += most * float64(left)
			break
		}
		total += wait
		wait *= 2
	}
	return time.Duration(min(total, float64(longestShown))).Round(time.Second)
}

// duration reads an option that is a duration. A malformed one is reported and counts as unset.
func (d *draft) duration(option, text string, fallback time.Duration) time.Duration {
	if text == "" {
		return fallback
	}
	v, err := parseDuration(text)
	if err != nil {
		d.errorf(d.pos(option), malformedDuration, "%s %q %s", option, text, durationProblem(text, err)).help("%s", durationHelp)
		return fallback
	}
	return v
}

const durationHelp = `write Go syntax plus "d" for 24 h: "250ms", "90s", "7d"`

func durationProblem(text string, err error) string {
	if strings.EqualFold(text, "forever") {
		return "is not allowed here; only retention may be forever"
	}
	return err.Error()
}
