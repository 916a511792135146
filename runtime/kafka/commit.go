package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/runtime/event"
)

// maxMetadata bounds the metadata of one request, in bytes. The broker writes a request as one batch, and when that is over
// a megabyte it refuses all partitions with UNKNOWN_SERVER_ERROR.
const maxMetadata = 900_000

// Commit stores next offsets. Partitions that were revoked meanwhile are left out; metadata that the broker finds too large
// is dropped. After [event.ErrFenced] nothing more is committed for the assignments of that membership: Kafka does not check
// who owns a partition, so a late commit would rewind the new owner.
func (m *member) Commit(ctx context.Context, commits []event.Commit) error {
	m.commits.RLock()
	defer m.commits.RUnlock()
	for _, part := range splitByMetadata(commits) {
		tooLarge, err := m.commit(ctx, part)
		if err == nil && len(tooLarge) > 0 {
			_, err = m.commit(ctx, withoutMetadata(tooLarge))
		}
		if err != nil {
			return fmt.Errorf("commit offsets of group %s: %w", m.group, err)
		}
	}
	return nil
}

func splitByMetadata(commits []event.Commit) [][]event.Commit {
	var parts [][]event.Commit
	start, size := 0, 0
	for i, c := range commits {
		if size += len(c.Metadata); size > maxMetadata && i > start {
			parts = append(parts, commits[start:i])
			start, size = i, len(c.Metadata)
		}
	}
	if start < len(commits) {
		parts = append(parts, commits[start:])
	}
	return parts
}

func withoutMetadata(commits []event.Commit) []event.Commit {
	bare := slices.Clone(commits)
	for i := range bare {
		bare[i].Metadata = ""
	}
	return bare
}

// commit sends one request, and returns the commits whose metadata was too large, which were not stored.
func (m *member) commit(ctx context.Context, commits []event.Commit) (tooLarge []event.Commit, err error) {
	wanted := make(map[partition]event.Commit, len(commits))
	offsets := map[string]map[int32]kgo.EpochOffset{}
	for _, c := range commits {
		p := partition{c.Topic, c.Partition}
		wanted[p] = c
		setIn(offsets, p, kgo.EpochOffset{Epoch: c.LeaderEpoch, Offset: c.Offset})
	}
	ctx = kgo.PreCommitFnContext(ctx, func(r *kmsg.OffsetCommitRequest) error { return m.prepare(r, wanted) })
	m.kgo.CommitOffsetsSync(ctx, offsets, func(_ *kgo.Client, r *kmsg.OffsetCommitRequest, answer *kmsg.OffsetCommitResponse, failed error) {
		if err = failed; err != nil {
			return
		}
		var refused []partition
		refused, err = m.read(r, answer)
		for _, p := range refused {
			tooLarge = append(tooLarge, wanted[p])
		}
	})
	return tooLarge, err
}

// prepare looks at the request when nothing can change any more who sends it.
func (m *member) prepare(r *kmsg.OffsetCommitRequest, wanted map[partition]event.Commit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range r.Topics {
		t := &r.Topics[i]
		kept := t.Partitions[:0]
		for _, p := range t.Partitions {
			at := partition{t.Topic, p.Partition}
			h := m.held[at]
			if h == nil || h.gone || !h.told && !h.dead {
				continue
			}
			if h.dead || h.memberID != r.MemberID {
				return event.ErrFenced
			}
			p.Metadata = kmsg.StringPtr(wanted[at].Metadata)
			kept = append(kept, p)
		}
		t.Partitions = kept
	}
	r.Topics = slices.DeleteFunc(r.Topics, func(t kmsg.OffsetCommitRequestTopic) bool { return len(t.Partitions) == 0 })
	return nil
}

// read returns the partitions whose metadata was too large.
func (m *member) read(r *kmsg.OffsetCommitRequest, answer *kmsg.OffsetCommitResponse) (tooLarge []partition, err error) {
	names := map[event.TopicID]string{}
	for _, t := range r.Topics {
		names[t.TopicID] = t.Topic
	}
	for _, t := range answer.Topics {
		name := t.Topic
		if name == "" { // since Kafka 4.1 topics are told by id
			name = names[t.TopicID]
		}
		for _, p := range t.Partitions {
			switch failed := kerr.ErrorForCode(p.ErrorCode); {
			case failed == nil:
			case errors.Is(failed, kerr.OffsetMetadataTooLarge):
				tooLarge = append(tooLarge, partition{name, p.Partition})
			case isFenced(failed):
				m.fence(r.MemberID)
				return nil, fmt.Errorf("%w: %w", event.ErrFenced, failed)
			default:
				err = errors.Join(err, fmt.Errorf("%s/%d: %w", name, p.Partition, failed))
			}
		}
	}
	return tooLarge, err
}

func isFenced(err error) bool {
	for _, code := range []error{
		kerr.IllegalGeneration, kerr.UnknownMemberID, kerr.StaleMemberEpoch, kerr.FencedMemberEpoch, kerr.FencedInstanceID,
	} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// fence ends what was assigned under the member id. The owner hears of it at the next callback of kgo, which joins anew; where
// the broker assigns, kgo goes on under the same id, and the next Poll assigns anew.
func (m *member) fence(memberID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range m.held {
		if h.memberID == memberID {
			h.dead, h.regained = true, m.server
		}
	}
	m.interrupt()
}
