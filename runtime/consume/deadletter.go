package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// What is in the header [event.HeaderErrorKind].
const (
	kindPermanent = "permanent" // no retry could help
	kindExhausted = "exhausted" // the attempts are used up
	kindConflict  = "conflict"  // the same revision had other content
	kindExpired   = "expired"   // a command came after its expiry time
	kindBroken    = "broken"    // its sequence waits for a record that never came
)

// letter says why a record goes to the dead-letter topic.
type letter struct {
	outcome event.Outcome
	kind    string
	err     error
}

// reasonOf returns why a record with this outcome of its guard goes to the dead-letter topic, nothing if it does not.
func reasonOf(o event.Outcome) (kind string, err error) {
	switch o {
	case event.Conflict:
		return kindConflict, errors.New("its revision was applied before with other content, which was kept")
	case event.Expired:
		return kindExpired, errors.New("it came after its expiry time and was not executed")
	case event.Dead:
		return kindBroken, errors.New("its sequence is broken: see broken_reason in table evgen_sequence")
	}
	return "", nil
}

// bury writes the dead letter of j, moves on without it, and finishes. Each may fail and is then repeated: a record that is
// neither handled nor in the dead-letter topic must not be finished.
func (s *session) bury(l *lease, j *job) bool {
	if !l.begin() {
		return false
	}
	defer l.end()
	if err := s.trySkip(l.ctx, j); err != nil {
		j.stalls++
		j.wait = backoff(retryOf(j.route.contractOf(j.record)), j.stalls)
		s.log.retry(j, err)
		return l.ctx.Err() == nil
	}
	j.done = true
	s.observe(j.route, j.record, j.letter.outcome, j.letter.err, j.attempts)
	j.finish()
	return true
}

func (s *session) trySkip(ctx context.Context, j *job) error {
	if !j.buried {
		if err := s.deadLetter(ctx, j); err != nil {
			return err
		}
		j.buried = true
	}
	if j.skip == nil {
		return nil
	}
	return j.skip(ctx)
}

// letterError is a dead letter that could not be written.
type letterError struct {
	topic string
	err   error
}

func (e *letterError) Error() string {
	return fmt.Sprintf("write to dead-letter topic %s: %v", e.topic, e.err)
}
func (e *letterError) Unwrap() error { return e.err }

// deadLetter writes j's record to the dead-letter topic and waits until the broker has acknowledged it.
func (s *session) deadLetter(ctx context.Context, j *job) error {
	written := make(chan error, 1)
	s.group.broker.Send(ctx, j.deadRecord(), func(_ event.Receipt, err error) { written <- err })
	var err error
	select {
	case err = <-written:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		return &letterError{j.route.deadLetters, err}
	}
	slog.Default().Error("record dead-lettered", append(j.attrs(j.letter.err), "kind", j.letter.kind, "dead_letters", j.route.deadLetters)...)
	return nil
}

// deadRecord returns the record as it came, with headers that say where from and why. Unlike the record's time, which would
// make the broker remove it early, they have the original one.
func (j *job) deadRecord() *event.Record {
	h := append(event.Headers(nil), j.record.Headers...)
	if _, ok := h.Get(event.HeaderOrigin); !ok { // the first hop is the origin
		h.Set(event.HeaderOrigin, originOf(j.record))
	}
	failed := j.failed
	if failed.IsZero() {
		failed = time.Now()
	}
	h.Set(event.HeaderErrorKind, j.letter.kind)
	h.Set(event.HeaderError, shortened(j.letter.err))
	h.Set(event.HeaderAttempt, strconv.Itoa(j.attempts))
	h.Set(event.HeaderFirstFailure, failed.UTC().Format(time.RFC3339Nano))
	h.Set(event.HeaderHandler, j.route.name)
	h.Set(event.HeaderVersion, version())
	return &event.Record{
		Position: event.Position{Topic: j.route.deadLetters, Partition: -1, Offset: -1},
		Key:      j.record.Key, Value: j.record.Value, Headers: h, Compression: j.route.contracts[0].Compression,
	}
}

func originOf(r *event.Record) string {
	return fmt.Sprintf("%s;%d;%d;%d;%s", r.Topic, r.Partition, r.Offset, r.Time.UnixMilli(), r.TopicID)
}

// shortened returns the error's text as a header can take it.
func shortened(err error) string {
	const limit = 1024
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "")
	}
	return text
}

// version returns the version of the running program, as the go command has put it there.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Path + "@" + info.Main.Version
}
