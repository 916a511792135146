package confluent

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Difference is one that a registry sees between two versions of a schema.
type Difference struct {
	Type       Type
	Path       string // e.g., #/Order/1, or #/Order/payment/3 for a member of a oneof
	Compatible bool   // it alone is no reason to refuse the new version
	// Direction is [compat.Backward], or [compat.Forward] for a difference that is seen on the way back, from the new version to the old one: what is
	// removed there is what the new version adds.
	Direction compat.Breaks

	Subject  string       // full name of what differs, e.g., acme.orders.v1.Order.id; of a package the path of its file
	Message  string       // in evgen's words
	Old, New compat.Place // of the older and of the newer version, whatever the direction; a side without it has what would enclose it
	From, To string       // the two states, older and newer; empty: absent
}

// Finding returns the difference as one of the gate.
func (d Difference) Finding() compat.Finding {
	return compat.Finding{
		Rule: string(d.Type), Severity: schema.Error, Subject: d.Subject, Message: d.Message,
		Old: d.Old, New: d.New, From: d.From, To: d.To,
	}
}

// reversed is a difference between new and old as one between old and new.
func (d Difference) reversed() Difference {
	d.Direction = compat.Forward
	d.Old, d.New, d.From, d.To = d.New, d.Old, d.To, d.From
	d.Message = "seen by readers of the old version, " + d.Message
	return d
}

// change is what a difference is about.
type change struct {
	path     string
	old, now compat.Node // nil on the side that does not have it
	from, to string
}

// difference judges a change within two scopes.
func difference(t Type, c change, oldScope, nowScope compat.Node) Difference {
	subject := c.old
	if subject == nil {
		subject = c.now
	}
	return Difference{
		Type: t, Path: c.path, Compatible: verdicts[t].compatible, Direction: compat.Backward,
		Subject: subject.FullName(), Message: c.message(verdicts[t].says, subject),
		Old: placeOr(c.old, oldScope), New: placeOr(c.now, nowScope), From: c.from, To: c.to,
	}
}

func (c change) message(says string, subject compat.Node) string {
	in, number := "", ""
	if parent := subject.Parent(); parent != nil {
		in = parent.FullName()
	}
	switch n := subject.(type) {
	case *compat.Field:
		number = strconv.Itoa(int(n.Number))
	case *compat.EnumValue:
		number = strconv.Itoa(int(n.Number))
	}
	return strings.NewReplacer(
		"{it}", subject.FullName(), "{in}", in, "{number}", number, "{from}", cmp.Or(c.from, "nothing"), "{to}", cmp.Or(c.to, "nothing"),
	).Replace(says)
}

func placeOr(n, scope compat.Node) compat.Place {
	if n != nil {
		return compat.PlaceOf(n)
	}
	return compat.PlaceOf(scope)
}
