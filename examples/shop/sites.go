package main

import (
	"context"
	"fmt"

	sitesv1 "github.com/evgen-dev/evgen/examples/gen/acme/sites/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

var apps = []string{"blog", "bookings", "chat", "forum", "shop"}

// newAppStore is the service that answers which sites have an app installed: a projection, nothing more.
func newAppStore(ctx context.Context, s *shop) (*service, error) {
	db, err := s.database("app-store")
	if err != nil {
		return nil, err
	}
	if err := sqldb.Migrate(ctx, db, sitesv1ev.InstalledAppTable); err != nil {
		return nil, err
	}
	v := newService("app-store", sitesv1ev.Site.Contract().Topic.Name, db, sitesv1ev.NewInstalledAppWriter(db))
	v.differences = func(ctx context.Context, d *day) (int, []string, error) {
		got, err := installedApps(ctx, sitesv1ev.NewInstalledAppReader(db))
		return len(got), compare(got, d.installedApps()), err
	}
	return v, nil
}

// siteHistory is a site that changes its apps, and is deleted at last or not.
func (d *day) siteHistory(i int) []happening {
	topic := sitesv1ev.Site.Contract().Topic.Name
	id := fmt.Sprintf("site-%03d", i)
	var history []happening
	revision := int64(1)
	for ; revision <= 4; revision++ {
		history = append(history, happening{topic, d.site(id, revision)})
	}
	if i%5 == 0 {
		history = append(history, happening{topic, siteDeleted{id, revision}})
	}
	return d.disturb(history)
}

func (d *day) site(id string, revision int64) *sitesv1.Site {
	site := &sitesv1.Site{SiteId: id, Revision: revision, OwnerId: "owner-" + id}
	for _, app := range apps {
		if d.random.IntN(2) == 0 {
			state := []sitesv1.Site_State{sitesv1.Site_ACTIVE, sitesv1.Site_DISABLED}[d.random.IntN(2)]
			site.Apps = append(site.Apps, &sitesv1.Site_App{AppId: app, Version: fmt.Sprintf("1.%d", revision), State: state})
		}
	}
	return site
}

// installedApps reads the whole projection, page by page.
func installedApps(ctx context.Context, r *sitesv1ev.InstalledAppReader) (map[string]string, error) {
	rows := map[string]string{}
	for _, app := range apps {
		page := project.Page{Size: 50}
		for {
			found, err := r.ListByAppId(ctx, app, page)
			if err != nil {
				return nil, err
			}
			for _, row := range found.Rows {
				rows[row.GetAppId()+" on "+row.GetSiteId()] = row.GetVersion()
			}
			if found.Next == "" {
				break
			}
			page.After = found.Next
		}
	}
	return rows, nil
}

// installedApps folds the day: the highest revision of each site says which apps are active on it.
func (d *day) installedApps() map[string]string {
	newest := map[string]int64{}
	sites := map[string]*sitesv1.Site{}
	for _, h := range d.happenings {
		switch m := h.message.(type) {
		case *sitesv1.Site:
			if m.GetRevision() > newest[m.GetSiteId()] {
				newest[m.GetSiteId()], sites[m.GetSiteId()] = m.GetRevision(), m
			}
		case siteDeleted:
			if m.revision > newest[m.siteID] {
				newest[m.siteID], sites[m.siteID] = m.revision, nil
			}
		}
	}
	rows := map[string]string{}
	for id, site := range sites {
		for _, app := range site.GetApps() {
			if app.GetState() == sitesv1.Site_ACTIVE {
				rows[app.GetAppId()+" on "+id] = app.GetVersion()
			}
		}
	}
	return rows
}
