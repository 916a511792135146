package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/evgen-dev/evgen/runtime/event"
)

// entry is a record of the log, as it is printed.
type entry struct {
	at   event.Position
	text string
}

// log prints the records of one partition after the other.
func (i *instance) log(ctx context.Context, name string, _ []string) error {
	e, err := i.open(ctx, name)
	if err != nil {
		return err
	}
	entries, err := i.read(ctx, e)
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.at.Partition, b.at.Partition), cmp.Compare(a.at.Offset, b.at.Offset))
	})
	var lines []string
	for _, x := range entries {
		lines = append(lines, fmt.Sprintf("%d@%d %s", x.at.Partition, x.at.Offset, x.text))
	}
	return i.print(lines)
}

// read returns what is on the topic of an event, in the order in which it comes.
func (i *instance) read(ctx context.Context, e Event) (entries []entry, err error) {
	f, err := i.broker.Follow(ctx, e.contract.Topic.Name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	behind := map[int32]int64{} // where the partitions end that were not read so far
	for _, p := range f.Partitions() {
		if p.Offset < p.End {
			behind[p.Partition] = p.End
		}
	}
	for len(behind) > 0 {
		batch, err := f.Poll(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range batch.Records {
			entries = append(entries, entry{r.Position, e.show(r)})
		}
		for partition, next := range batch.Next {
			if next >= behind[partition] {
				delete(behind, partition)
			}
		}
	}
	return entries, nil
}
