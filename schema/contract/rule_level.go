package contract

import (
	"fmt"

	"github.com/evgen-dev/evgen/schema/compat"
)

func levelRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "COMPATIBILITY_LOWERED", Group: versions, Severity: compat.Remark, Summary: "later changes may break readers that this level has protected",
			Effect: effect(0, "none, until the next change", "none, until the next change", "none",
				"ask those who read the event", "lower the level, and release it before the change that needs it")}, compatibilityLowered},
	}
}

func compatibilityLowered(x change[Event]) []hit {
	was, is := x.old.Level(), x.new.Level()
	if was.Directions()&^is.Directions() == 0 && (is.Transitive() || !was.Transitive()) {
		return nil
	}
	return []hit{{from: x.old.Compatibility, to: x.new.Compatibility, old: x.old.At("compatibility"), new: x.new.At("compatibility"),
		message: fmt.Sprintf("compatibility of %s is %s, was %s", x.new.Name, x.new.Compatibility, x.old.Compatibility)}}
}
