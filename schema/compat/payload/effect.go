package payload

import "github.com/evgen-dev/evgen/schema/compat"

const bothDirections = compat.Backward | compat.Forward

// What to do where a change breaks one direction only.
var (
	consumersFirst = []string{"deploy all consumers", "deploy producers"}
	producersFirst = []string{"deploy all producers", "wait until no record on the log is older, or rewrite those of a compacted topic", "deploy consumers"}
)

// oneWay are the rules whose changes harm nobody in the right order, where they break one direction.
var oneWay = map[string]bool{FieldTypeChanged: true, CardinalityChanged: true, EnumOpennessChanged: true}

// effectOf is the effect of a rule, less what the bytes do not show. Without outcomes it is the whole.
func effectOf(r *compat.Rule, outcomes both) *compat.Effect {
	effect := r.Effect
	if outcomes == (both{}) {
		return &effect
	}
	effect.Breaks = r.Breaks&^bothDirections | outcomes.breaks()
	effect.OldConsumer = outcomes.forward.text(r.OldConsumer)
	effect.NewConsumer = outcomes.backward.text(r.NewConsumer)
	effect.Replay = outcomes.backward.text(r.Replay)
	if oneWay[r.ID] {
		switch outcomes.breaks() {
		case compat.Forward:
			effect.Steps = consumersFirst
		case compat.Backward:
			effect.Steps = producersFirst
		}
	}
	return &effect
}

// text is what a party experiences that loses what is said there.
func (o Outcome) text(loss string) string {
	switch o {
	case Fine:
		return none
	case Failure:
		return "cannot decode the record"
	}
	return loss
}
