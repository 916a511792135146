package devbroker

import (
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// guard looks at requests before kfake does. A guard answers only what it refuses.
func (b *Broker) guard() {
	b.intercept(kmsg.CreateTopics, func(r kmsg.Request) kmsg.Response { return checkCreate(r.(*kmsg.CreateTopicsRequest)) })
	b.intercept(kmsg.IncrementalAlterConfigs, func(r kmsg.Request) kmsg.Response {
		return checkAlter(r.(*kmsg.IncrementalAlterConfigsRequest))
	})
	b.intercept(kmsg.Produce, func(r kmsg.Request) kmsg.Response {
		b.refuseNullKeys(r.(*kmsg.ProduceRequest))
		return nil
	})
}

// intercept lets look see every request of the key; its answer, if any, is the broker's.
func (b *Broker) intercept(key kmsg.Key, look func(kmsg.Request) kmsg.Response) {
	cluster := b.cluster
	cluster.ControlKey(key.Int16(), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		answer := look(r)
		return answer, nil, answer != nil
	})
}

// checkCreate refuses the whole request when one topic has a wrong setting, and clamps the replication factor of the others:
// a topic as it will be in production must work here too.
func checkCreate(r *kmsg.CreateTopicsRequest) kmsg.Response {
	answer := r.ResponseKind().(*kmsg.CreateTopicsResponse)
	wrong := false
	for i := range r.Topics {
		t := &r.Topics[i]
		t.ReplicationFactor = min(t.ReplicationFactor, 1)
		a := kmsg.NewCreateTopicsResponseTopic()
		a.Topic = t.Topic
		for _, c := range t.Configs {
			if c.Value == nil {
				continue
			}
			if err := checkSetting(c.Name, *c.Value); err != nil {
				wrong = true
				a.ErrorCode, a.ErrorMessage = kerr.InvalidConfig.Code, kmsg.StringPtr(err.Error())
			}
		}
		answer.Topics = append(answer.Topics, a)
	}
	if !wrong {
		return nil
	}
	for i := range answer.Topics {
		if a := &answer.Topics[i]; a.ErrorCode == 0 {
			a.ErrorCode, a.ErrorMessage = kerr.InvalidRequest.Code, kmsg.StringPtr("another topic of the request has an invalid setting")
		}
	}
	return answer
}

// checkAlter refuses the whole request when one topic gets a wrong setting.
func checkAlter(r *kmsg.IncrementalAlterConfigsRequest) kmsg.Response {
	answer := r.ResponseKind().(*kmsg.IncrementalAlterConfigsResponse)
	wrong := false
	for _, resource := range r.Resources {
		a := kmsg.NewIncrementalAlterConfigsResponseResource()
		a.ResourceType, a.ResourceName = resource.ResourceType, resource.ResourceName
		if err := checkResource(resource); err != nil {
			wrong = true
			a.ErrorCode, a.ErrorMessage = kerr.InvalidConfig.Code, kmsg.StringPtr(err.Error())
		}
		answer.Resources = append(answer.Resources, a)
	}
	if !wrong {
		return nil
	}
	return answer
}

func checkResource(r kmsg.IncrementalAlterConfigsRequestResource) error {
	if r.ResourceType != kmsg.ConfigResourceTypeTopic {
		return nil
	}
	for _, c := range r.Configs {
		if c.Op == kmsg.IncrementalAlterConfigOpDelete || c.Value == nil {
			continue
		}
		if err := checkSetting(c.Name, *c.Value); err != nil {
			return err
		}
	}
	return nil
}

// refuseNullKeys has kfake refuse each batch for a compacted topic that holds a record without a key, as Kafka does: all
// records of the batch fail. Other partitions of the request are written.
func (b *Broker) refuseNullKeys(r *kmsg.ProduceRequest) {
	for _, t := range r.Topics {
		if !b.isCompacted(t) {
			continue
		}
		for _, p := range t.Partitions {
			if !hasNullKey(p.Records) {
				continue
			}
			b.cluster.Fault(kfake.Fault{
				Keys: []kmsg.Key{kmsg.Produce}, Topic: t.Topic, TopicID: t.TopicID, Partitions: []int32{p.Partition},
				Err: kerr.InvalidRecord, When: func(other kmsg.Request) bool { return other == kmsg.Request(r) },
			})
		}
	}
}

func (b *Broker) isCompacted(t kmsg.ProduceRequestTopic) bool {
	topic := b.cluster.TopicInfo(t.Topic)
	if t.Topic == "" {
		topic = b.cluster.TopicIDInfo(t.TopicID)
	}
	if topic == nil {
		return false
	}
	policy, ok := topic.Configs["cleanup.policy"]
	return ok && policy != nil && slices.Contains(strings.Split(*policy, ","), "compact")
}
