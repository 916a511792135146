package contract

import (
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// party is whose contract a finding is about.
type party struct {
	subject, event string
	levels         []compat.Level
}

func (c *comparison) partyOf(e *Event) party {
	return party{e.Name, e.Name, c.levelsOf(e)}
}

// partyOfAdded adds those who read the topic before the event came to it.
func (c *comparison) partyOfAdded(e *Event) party {
	p := c.partyOf(e)
	for _, sibling := range c.before.eventsOn(e.Topic) {
		p.levels = append(p.levels, c.levelsOf(sibling)...)
	}
	return p
}

// levelsOf are the levels that an event, old or new, has and had: a change is judged by the stricter, or it could lower its own bar.
func (c *comparison) levelsOf(e *Event) []compat.Level {
	if c.options.Level != nil {
		return []compat.Level{*c.options.Level}
	}
	levels := []compat.Level{e.Level()}
	if was := c.before.Event(c.nameBefore(e.Name)); was != nil {
		levels = append(levels, was.Level())
	}
	return levels
}

// partyOfTopic judges a topic by the strictest of its events.
func (c *comparison) partyOfTopic(t *Topic) party {
	p := party{subject: t.Name}
	for _, e := range c.after.eventsOn(t.Name) {
		p.levels = append(p.levels, c.levelsOf(e)...)
		if !t.Shared {
			p.event = e.Name
		}
	}
	return p
}

// partyOfTable judges a table as its source asks for, which matters to no rule of today: what breaks rows breaks them under every level.
func (c *comparison) partyOfTable(p *Projection) party {
	return party{p.Name, p.Name, []compat.Level{compat.LevelBackwardTransitive}}
}

// strictest returns the most serious severity among the levels of those concerned. Nobody is concerned by a topic without events.
func strictest(v compat.Verdict, b compat.Breaks, levels []compat.Level) (schema.Severity, bool) {
	severity, heard := schema.Warning, false
	for _, l := range levels {
		s, reported := v.Judge(l, b)
		heard = heard || reported
		if reported && s == schema.Error {
			severity = schema.Error
		}
	}
	return severity, heard
}
