// Package accept reads evgen.accept.yaml: breaks that somebody answers for, and declared renames.
//
//	version: 1
//	accept:
//	  - rule: KEY_FIELD_CHANGED
//	    subject: acme.orders.v1.OrderPlaced
//	    from: "c0ffee123456"
//	    to: "654321c0ffee"
//	    reason: no producer has written to the topic yet
//	    owner: "@orders"
//	    expires: 2027-01-31
//	renames:
//	  - was: acme.orders.v1.OrderPlaced
//	    now: acme.orders.v1.OrderSubmitted
//
// An entry accepts one change: it names the rule, what changed, and the fingerprints of both states, so that the next change of the same thing is
// reported again. It accepts that change against every baseline, because a change is no other one for being seen against three versions of a
// subject. It lives for a year at most. Once the change is in the baseline, the entry accepts nothing, and is reported until it is removed.
package accept
