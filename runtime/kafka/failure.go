package kafka

import (
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// failed decides about a record that was not written. Kgo fails all records that wait for a partition when one batch fails, so
// most have done nothing wrong. It must not block: it runs where promises do.
//
// To send again keeps the order of a key, because [event.Keys] holds back its next record until this one is reported.
func (p *producers) failed(s *sending, err error) {
	switch {
	case errors.Is(err, kgo.ErrClientClosed) && p.ending.Err() == nil:
		// A client that had been replaced was closed before this record reached it.
		go p.resend(s)
	case s.again || isOwnFault(err):
		s.report(event.Receipt{}, p.explain(s, err))
	case errors.Is(err, kerr.UnknownTopicID):
		s.again = true
		go p.resendToNewTopic(s)
	case !s.placed:
		s.again = true // it has no partition yet, so there were no neighbours
		go p.resend(s)
	default:
		s.again, s.failed = true, time.Now()
		p.sendAlone(s)
	}
}

// isOwnFault says whether the record would fail in any company.
func isOwnFault(err error) bool {
	for _, own := range []error{
		kgo.ErrClientClosed, errClosed, kerr.UnknownTopicOrPartition, kerr.InvalidTopicException,
		kerr.TopicAuthorizationFailed, kerr.ClusterAuthorizationFailed, kerr.SaslAuthenticationFailed,
	} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

func (p *producers) resend(s *sending) {
	s.reset()
	p.produce(s)
}

// resendToNewTopic is for a topic that was deleted and made again: kgo never takes to the new one.
func (p *producers) resendToNewTopic(s *sending) {
	p.client.topics.forget(s.source.Topic)
	p.renew(s.renewed)
	topic, err := p.client.topics.get(p.ending, s.source.Topic)
	if err != nil {
		s.finish(&s.record, kgo.ErrClientClosed)
		return
	}
	s.topic = topic
	p.resend(s)
}

// sendAlone sends s in a batch of its own, so that the outcome is its own: one record at a time per partition, by a client that
// sends nothing else.
func (p *producers) sendAlone(s *sending) {
	at := partition{s.record.Topic, s.record.Partition}
	p.mu.Lock()
	defer p.mu.Unlock()
	queue, running := p.lonely[at]
	p.lonely[at] = append(queue, s)
	if !running {
		go p.sendLonely(at)
	}
}

// sendLonely works off the queue of a partition.
func (p *producers) sendLonely(at partition) {
	for {
		p.mu.Lock()
		queue := p.lonely[at]
		if len(queue) == 0 {
			delete(p.lonely, at)
			p.mu.Unlock()
			return
		}
		s := queue[0]
		p.lonely[at] = queue[1:]
		p.mu.Unlock()
		p.sendSingle(s, at.number)
	}
}

func (p *producers) sendSingle(s *sending, partition int32) {
	// The limit may have been lowered; to know it also keeps later batches within it.
	if topic, err := p.client.topics.refresh(p.ending, s.source.Topic, s.failed); err == nil {
		s.topic = topic
	}
	if int(s.size) > s.topic.limit {
		s.report(event.Receipt{}, tooLarge(s.source, int(s.size), s.topic.limit))
		return
	}
	cl, err := p.loner()
	if err != nil {
		s.finish(&s.record, err)
		return
	}
	s.reset()
	s.record.Partition = partition
	written := make(chan error, 1)
	cl.Produce(s, &s.record, func(_ *kgo.Record, err error) { written <- err })
	s.finish(&s.record, <-written)
}

func (p *producers) loner() (*kgo.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	if p.single == nil {
		cl, err := p.open(kgo.ZstdCompression(), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		if err != nil {
			return nil, err
		}
		p.single = cl
	}
	return p.single, nil
}

// explain says what the sender of s can do about err.
func (p *producers) explain(s *sending, err error) error {
	topic := s.source.Topic
	switch {
	case errors.Is(err, kgo.ErrClientClosed), errors.Is(err, errClosed):
		return fmt.Errorf("send to %s: %w: %w", topic, event.ErrUnknown, errClosed)
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.UnknownTopicID):
		return fmt.Errorf("send to %s: %w", topic, event.ErrNoTopic)
	case errors.Is(err, kerr.MessageTooLarge):
		return tooLarge(s.source, int(s.size), s.topic.limit)
	case errors.Is(err, kerr.TopicAuthorizationFailed):
		return fmt.Errorf("send to %s: %w: the client's principal needs Write on the topic", topic, err)
	case errors.Is(err, kerr.ClusterAuthorizationFailed):
		return fmt.Errorf("send to %s: %w: the client's principal needs IdempotentWrite on the cluster (before Kafka 3.0), or Write on a topic", topic, err)
	}
	return fmt.Errorf("send to %s: %w", topic, err)
}
