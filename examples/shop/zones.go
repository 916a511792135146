package main

import (
	"context"
	"fmt"

	configv1 "github.com/evgen-dev/evgen/examples/gen/acme/config/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/config/v1/configv1ev"
	"github.com/evgen-dev/evgen/runtime/event"
)

// zones is the time-zone configuration that every service keeps in memory.
type zones struct{ view *configv1ev.TimeZoneView }

func openZones(ctx context.Context, source event.Source) (*zones, error) {
	view, err := configv1ev.OpenTimeZoneView(ctx, source)
	return &zones{view}, err
}

func (z *zones) close() { z.view.Close() }

func (d *day) zoneHistory(i int) []happening {
	topic := configv1ev.TimeZone.Contract().Topic.Name
	var history []happening
	for revision := int64(1); revision <= 3; revision++ {
		history = append(history, happening{topic, &configv1.TimeZone{
			Name: fmt.Sprintf("Zone/%02d", i), Revision: revision, UtcOffsetMinutes: int32(15 * d.random.IntN(96)),
		}})
	}
	return d.disturb(history)
}

// waitFor returns when the view shows the newest revision of each zone.
func (z *zones) waitFor(ctx context.Context, d *day) error {
	for _, zone := range d.newestZones() {
		receipt := event.Receipt{
			Position: event.Position{Topic: configv1ev.TimeZone.Contract().Topic.Name, Partition: -1, Offset: -1},
			Key:      configv1ev.TimeZone.EncodeKey(zone.GetName()), Revision: zone.GetRevision(),
		}
		if err := z.view.WaitFor(ctx, receipt); err != nil {
			return err
		}
	}
	return nil
}

func (d *day) newestZones() map[string]*configv1.TimeZone {
	newest := map[string]*configv1.TimeZone{}
	for _, h := range d.happenings {
		if m, ok := h.message.(*configv1.TimeZone); ok && m.GetRevision() > newest[m.GetName()].GetRevision() {
			newest[m.GetName()] = m
		}
	}
	return newest
}

// differences compares the view with the fold of the day's events.
func (z *zones) differences(d *day) []string {
	got, want := map[string]string{}, map[string]string{}
	for name, zone := range z.view.All() {
		got[name] = fmt.Sprint(zone.GetUtcOffsetMinutes())
	}
	for name, zone := range d.newestZones() {
		want[name] = fmt.Sprint(zone.GetUtcOffsetMinutes())
	}
	return compare(got, want)
}
