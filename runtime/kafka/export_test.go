package kafka

import "github.com/evgen-dev/evgen/runtime/event"

// RecheckAtOnce makes every oversize record check the topic's limit anew.
func RecheckAtOnce(c *Client) { c.topics.young = 0 }

// Rejoin makes a member join its group again before it has heard anything from it.
func Rejoin(m event.Member) { m.(*member).kgo.ForceRebalance() }
