package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema/contract"
)

// What a cluster is asked for is bounded as a whole, and so is each request: a client that has connected waits for an answer whatever its context says.
const (
	clusterPatience = 30 * time.Second
	requestPatience = 5 * time.Second
	clusterRetries  = 3
)

// compareCluster compares the topics of an environment with the contract: what the contract asks for, and how the topic is.
func (c *comparison) compareCluster(ctx context.Context) error {
	name := c.job.environment
	if name == "" {
		return nil
	}
	environment, ok := c.config.Environments[name]
	if !ok {
		return fmt.Errorf("--env: %w", nearest.Unknown("environment", name, slices.Sorted(maps.Keys(c.config.Environments))))
	}
	brokers, err := c.config.Brokers(name)
	if err != nil {
		return err
	}
	if len(brokers) == 0 {
		return fmt.Errorf("--env: environment %s of evgen.yaml has no brokers", name)
	}
	opts := []kgo.Opt{
		kgo.SeedBrokers(brokers...), kgo.RequestRetries(clusterRetries), kgo.DialTimeout(requestPatience), kgo.RequestTimeoutOverhead(requestPatience),
	}
	if environment.TLS {
		opts = append(opts, kgo.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
	}
	contracts := *c.state.Contract
	contracts.Topics = slices.Clone(contracts.Topics)
	var topics []string
	for i := range contracts.Topics {
		t := &contracts.Topics[i]
		t.Partitions = cmp.Or(environment.Topics[t.Name].Partitions, t.Partitions)
		topics = append(topics, t.Name)
	}
	for topic := range environment.Topics {
		if !slices.Contains(topics, topic) {
			return fmt.Errorf("--env: environment %s of %s: %w", name, c.name, nearest.Unknown("topic", topic, topics))
		}
	}
	states, err := describeTopics(ctx, opts, topics)
	if err != nil {
		return exit(exitEnvironment, fmt.Errorf("read the topics of environment %s: %w", name, err))
	}
	c.merge(gate.JudgeTopics(&contracts, states, c.terms, "environment "+name))
	return nil
}

// describeTopics returns what a cluster has of topics. Those that it does not have are not in the result.
func describeTopics(ctx context.Context, opts []kgo.Opt, topics []string) (map[string]contract.TopicState, error) {
	ctx, cancel := context.WithTimeout(ctx, clusterPatience)
	defer cancel()
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	details, err := admin.ListTopics(ctx, topics...)
	if err != nil {
		return nil, err
	}
	states := map[string]contract.TopicState{}
	for _, d := range details.Sorted() {
		if errors.Is(d.Err, kerr.UnknownTopicOrPartition) {
			continue
		}
		if d.Err != nil {
			return nil, fmt.Errorf("topic %s: %w", d.Topic, d.Err)
		}
		states[d.Topic] = contract.TopicState{Partitions: int32(len(d.Partitions)), Config: map[string]string{}}
	}
	if len(states) == 0 {
		return states, nil
	}
	configs, err := admin.DescribeTopicConfigs(ctx, slices.Sorted(maps.Keys(states))...)
	if err != nil {
		return nil, err
	}
	for _, c := range configs {
		if c.Err != nil {
			return nil, fmt.Errorf("settings of topic %s: %w", c.Name, c.Err)
		}
		for _, entry := range c.Configs {
			states[c.Name].Config[entry.Key] = entry.MaybeValue()
		}
	}
	return states, nil
}
