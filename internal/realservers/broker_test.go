package realservers

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestBrokersTakeTopicsAndCreateNoneByUse(t *testing.T) {
	t.Parallel()
	EachBroker(t, func(t *testing.T, brokers []string) {
		t.Parallel()
		cl, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.AllowAutoTopicCreation())
		if err != nil {
			t.Fatalf("make client: %v", err)
		}
		defer cl.Close()
		made, unmade := TopicName(t, "made"), TopicName(t, "unmade")
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: unmade}).FirstErr(); err == nil {
			t.Errorf("topic %s came into being by use", unmade)
		}
		if _, err := kadm.NewClient(cl).CreateTopic(t.Context(), 1, 1, nil, made); err != nil {
			t.Fatalf("create topic: %v", err)
		}
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: made}).FirstErr(); err != nil {
			t.Errorf("produce to a topic that was created: %v", err)
		}
	})
}
