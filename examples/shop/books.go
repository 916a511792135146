package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/evgen-dev/evgen/examples/gen/acme/config/v1/configv1ev"
	"github.com/evgen-dev/evgen/runtime/event"
)

// closeBooks prints what each service did and whether it holds what the events say.
func (s *shop) closeBooks(ctx context.Context, d *day, z *zones) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "service\tpublished\tdelivered\tapplied\tduplicate\tstale\tparked\trows\tas the fold of the events\t")
	var wrong []string
	for _, v := range s.services {
		rows, diffs, err := v.differences(ctx, d)
		if err != nil {
			return err
		}
		wrong = append(wrong, diffs...)
		printRow(w, v.name, d.count(v.topic), []int{
			v.delivered, v.outcomes[event.Applied], v.outcomes[event.Duplicate], v.outcomes[event.Stale], v.outcomes[event.Parked], rows,
		}, diffs)
	}
	diffs := z.differences(d)
	wrong = append(wrong, diffs...)
	fmt.Fprintf(w, "time zones (view)\t%d\t\t\t\t\t\t%d\t%s\t\n", d.count(configv1ev.TimeZone.Contract().Topic.Name), z.view.Len(), verdict(diffs))
	if err := w.Flush(); err != nil {
		return err
	}
	if len(wrong) > 0 {
		return errors.New("what the services hold is not what the events say:\n" + strings.Join(wrong, "\n"))
	}
	return nil
}

func printRow(w *tabwriter.Writer, name string, published int, counts []int, diffs []string) {
	cells := []string{name, strconv.Itoa(published)}
	for _, n := range counts {
		cells = append(cells, strconv.Itoa(n))
	}
	fmt.Fprintln(w, strings.Join(append(cells, verdict(diffs)), "\t")+"\t")
}

func verdict(diffs []string) string {
	if len(diffs) > 0 {
		return fmt.Sprintf("%d differ", len(diffs))
	}
	return "equal"
}

// compare lists where got and want differ.
func compare(got, want map[string]string) []string {
	keys := maps.Clone(got)
	maps.Copy(keys, want)
	var diffs []string
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if got[k] != want[k] {
			diffs = append(diffs, fmt.Sprintf("%s: got %q, want %q", k, got[k], want[k]))
		}
	}
	return diffs
}

// table reads a query of two columns.
func table(ctx context.Context, db *sql.DB, query string) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, err
		}
		found[key] = value
	}
	return found, rows.Err()
}
