// Package kafka is the broker of package event on Apache Kafka, by way of franz-go. Within the runtime it alone knows franz-go.
//
// [New] takes the application's own *kgo.Client and derives clients from its options: one that produces per compression codec, one
// per group member, one per follower. So whatever says how to reach the cluster is said once, on that client:
//
//	kgo.NewClient(
//		kgo.SeedBrokers("kafka-1:9093", "kafka-2:9093"),
//		kgo.DialTLSConfig(&tls.Config{RootCAs: roots}),                                   // TLS
//		kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism()),             // SASL: kgo's sasl packages
//		kgo.SessionTimeout(30*time.Second), kgo.InstanceID("orders-0"),                   // of every group
//	)
//
// What belongs to one use stays off it: a group, topics, a transactional id. New refuses a client that has one.
//
// # Rights
//
// The operations that the client's principal needs, as Kafka's access lists name them:
//
//	a producer    Write, Describe on the topic; DescribeConfigs on the topic, else batches keep to kgo's ProducerBatchMaxBytes, and
//	              a topic with a smaller max.message.bytes refuses records that need not be refused. Before Kafka 3.0 also
//	              IdempotentWrite on the cluster.
//	a group       Read, Describe on the topics; Read on the group; Describe on the group to take up partitions again after a lost
//	              membership. Dead letters are those of a producer.
//	a view        Read, Describe on the topic; DescribeConfigs to know its retention.
//	CreateTopics  Create on the topics, or on the cluster.
//
// # Several groups in one process
//
// Every [Client.Join] is a membership of its own with its own connections, so groups neither share nor slow each other. Members of
// one group within a process are fine, except static ones, since they would share one InstanceID and fence each other.
//
// # Shutting down
//
// Stop the groups first: their handlers may still publish. Then [Client.Close], which waits for what was sent. Then close the
// application's own client, which requests about topics and groups went through.
package kafka
