package kafka

// RecheckAtOnce makes every oversize record check the topic's limit anew.
func RecheckAtOnce(c *Client) { c.topics.young = 0 }
