package event

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Revision is the version of the entity that an event's key names.
type Revision[M proto.Message] struct {
	kind RevisionKind
	of   func(M) (int64, error)
}

// Integer is any integer type of a protobuf field.
type Integer interface {
	~int32 | ~int64 | ~uint32 | ~uint64
}

// Monotonic is a revision that only grows per key; gaps are fine.
func Monotonic[M proto.Message, N Integer](of func(M) N) Revision[M] {
	return Revision[M]{Growing, func(m M) (int64, error) { return positive(of(m)) }}
}

// Sequence is a revision that grows by exactly one per key.
func Sequence[M proto.Message, N Integer](of func(M) N) Revision[M] {
	return Revision[M]{Gapless, func(m M) (int64, error) { return positive(of(m)) }}
}

// Timestamp is a revision in time with microseconds; the newest wins.
func Timestamp[M proto.Message](of func(M) *timestamppb.Timestamp) Revision[M] {
	return Revision[M]{Timed, func(m M) (int64, error) { return micros(of(m)) }}
}

// Micros is a revision in unix microseconds; the newest wins.
func Micros[M proto.Message, N Integer](of func(M) N) Revision[M] {
	return Revision[M]{Timed, func(m M) (int64, error) { return positive(of(m)) }}
}

// micros refuses times out of protobuf's range first, since their microseconds may wrap around to a valid revision.
func micros(t *timestamppb.Timestamp) (int64, error) {
	if err := t.CheckValid(); err != nil {
		return 0, fmt.Errorf("revision: %w: %w", err, ErrRevision)
	}
	return positive(t.AsTime().UnixMicro())
}

func positive[N Integer](n N) (int64, error) {
	if n < 1 || uint64(n) > math.MaxInt64 {
		return 0, fmt.Errorf("revision %d: %w", n, ErrRevision)
	}
	return int64(n), nil
}
