package payload

import (
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/schema/compat"
)

// reservation judges a range that is no longer reserved. Numbers that are used now are judged where they are used.
func (c *change) reservation() {
	r := c.fact.Old.(*compat.Range)
	free := free(r, c.node.new)
	if !free {
		return
	}
	c.fact.Old, c.fact.New = nil, nil
	c.report(ReservationRemoved, both{}, "%s no longer reserves %s", c.node.new.FullName(), c.fact.From).Help = "reserve " + c.fact.From + " again"
}

// free says whether a number of r is neither reserved nor used by now.
func free(r *compat.Range, now compat.Node) bool {
	taken := map[int64]bool{}
	var reserved []compat.Range
	switch now := now.(type) {
	case *compat.Message:
		reserved = now.Reserved
		for i := range now.Fields {
			taken[int64(now.Fields[i].Number)] = true
		}
	case *compat.Enum:
		reserved = now.Reserved
		for i := range now.Values {
			taken[int64(now.Values[i].Number)] = true
		}
	}
	for n := r.Start; n < r.End; n++ {
		covered := false
		for _, k := range reserved {
			if k.Start <= n && n < k.End {
				n, covered = k.End-1, true
				break
			}
		}
		if !covered && !taken[n] {
			return true
		}
	}
	return false
}

func (c *change) messageSet() {
	if c.fact.Option == "message_set_wire_format" {
		c.report(MessageSetChanged, both{Loss, Loss}, "message_set_wire_format of %s is %s, was %s", c.node.new.FullName(), c.fact.To, c.fact.From)
	}
}

// oneofs judges which fields of a pair of messages can be set together. No single fact tells that.
func (j *judgement) oneofs(n *node) {
	old, ok := n.old.(*compat.Message)
	if !ok {
		return
	}
	now := n.new.(*compat.Message)
	for i := range now.Oneofs {
		if names := together(&now.Oneofs[i], old); len(names) > 1 {
			j.oneof(n, &now.Oneofs[i], names).report(OneofJoined, both{backward: Loss}, "oneof %s has %s, which could be set together", now.Oneofs[i].FullName(), strings.Join(names, " and "))
		}
	}
	for i := range old.Oneofs {
		if names := together(&old.Oneofs[i], now); len(names) > 1 {
			j.oneof(n, &old.Oneofs[i], names).report(OneofParted, both{forward: Loss}, "%s can be set together, and shared oneof %s", strings.Join(names, " and "), old.Oneofs[i].FullName())
		}
		j.widened(n, &old.Oneofs[i], now)
	}
}

// oneof is a change of which members of o can be set together. They are the state: who accepts two of them has not accepted a third.
func (j *judgement) oneof(n *node, o *compat.Oneof, members []string) *change {
	c := &change{node: n, judgement: j, fact: compat.Fact{OldScope: n.old, NewScope: n.new}}
	if state := o.Name + ": " + strings.Join(members, ", "); o.In == n.new {
		c.fact.New, c.fact.To = o, state
	} else {
		c.fact.Old, c.fact.From = o, state
	}
	return c
}

// together returns members of a reader's oneof that a writer may set at once: one of each of the writer's oneofs, and all that are in none.
func together(reader *compat.Oneof, writer *compat.Message) []string {
	if reader.Synthetic {
		return nil
	}
	var names []string
	seen := map[*compat.Oneof]bool{}
	for _, f := range reader.Members() {
		w := writer.Field(f.Number)
		if w == nil || w.Oneof() != nil && seen[w.Oneof()] {
			continue
		}
		seen[w.Oneof()] = true
		names = append(names, f.Name)
	}
	return names
}

// widened reports members of now's oneofs that old does not know, though it knows others of them as a oneof.
func (j *judgement) widened(n *node, old *compat.Oneof, now *compat.Message) {
	if old.Synthetic {
		return
	}
	seen := map[*compat.Oneof]bool{}
	for _, f := range old.Members() {
		g := now.Field(f.Number)
		if g == nil || g.Oneof() == nil || seen[g.Oneof()] {
			continue
		}
		seen[g.Oneof()] = true
		for _, member := range g.Oneof().Members() {
			if old.In.Field(member.Number) == nil {
				c := &change{node: n, judgement: j, fact: compat.Fact{New: member, OldScope: old, NewScope: n.new, To: declaration(member)}}
				c.report(OneofWidened, both{forward: Loss}, "oneof %s has new member %s (%s)", g.Oneof().FullName(), member.Name, strconv.Itoa(int(member.Number)))
			}
		}
	}
}
