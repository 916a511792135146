// Command old is a service made of the contracts before the changes that package evolve tests.
package main

import (
	"github.com/evgen-dev/evgen/golden/evolve/old/evolvev1/evolvev1ev"
	"github.com/evgen-dev/evgen/golden/evolve/program"
)

func main() {
	program.Main(program.Contracts{
		Events: []program.Event{
			program.Of(evolvev1ev.KeyFieldChanged),
			program.Of(evolvev1ev.KeyEncodingChanged),
			program.Of(evolvev1ev.PartitionerChanged),
			program.Of(evolvev1ev.PartitionCountChanged),
			program.Of(evolvev1ev.RevisionRemoved),
			program.Of(evolvev1ev.RevisionFieldChanged),
			program.Of(evolvev1ev.RevisionScope),
			program.Of(evolvev1ev.EventIdChanged),
			program.Of(evolvev1ev.TopicRenamed),
			program.Of(evolvev1ev.Placed),
			program.Of(evolvev1ev.Shipped),
			program.Of(evolvev1ev.EventTypeRemoved),
			program.Of(evolvev1ev.RetentionLowered),
			program.Of(evolvev1ev.HeaderRemoved),
			program.Of(evolvev1ev.FieldTypeChanged),
			program.Of(evolvev1ev.FieldRemoved),
			program.Of(evolvev1ev.EnumValueAdded),
			program.Of(evolvev1ev.Order),
		},
		Tables: []program.Table{
			{Table: evolvev1ev.PartitionCountChangedTable, Source: program.Of(evolvev1ev.PartitionCountChanged), Writer: evolvev1ev.NewPartitionCountChangedWriter},
			{Table: evolvev1ev.ProjectionKeyChangedTable, Source: program.Of(evolvev1ev.Order), Writer: evolvev1ev.NewProjectionKeyChangedWriter},
			{Table: evolvev1ev.ProjectionSourceChangedTable, Source: program.Of(evolvev1ev.Order), Writer: evolvev1ev.NewProjectionSourceChangedWriter},
		},
	})
}
