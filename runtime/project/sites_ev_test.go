package project_test

import (
	"context"
	"database/sql"
	_ "embed"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	sitesv1 "github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// This file is what evgen generates for a projection with one row per element, here for the site events of the examples.

// Site is the whole metadata of one website.
var Site = event.New(event.Spec[string, *sitesv1.Site]{
	Name:     "evgen.projecttest.v1.Site",
	Kind:     event.Document,
	Topic:    event.Topic{Name: "evgen.projecttest.v1.site", Partitions: 6, Compaction: event.Compact},
	Key:      event.TextKey((*sitesv1.Site).GetSiteId),
	Revision: event.Monotonic((*sitesv1.Site).GetRevision),
})

//go:embed testdata/installed_apps.postgres.sql
var installedAppsPostgres string

//go:embed testdata/installed_apps.sqlite.sql
var installedAppsSQLite string

// InstalledAppTable is the table installed_apps_p with its view installed_apps, for [sqldb.Migrate].
var InstalledAppTable = sqldb.Table{
	Name:        "installed_apps",
	DDL:         sqldb.DDL{Postgres: installedAppsPostgres, SQLite: installedAppsSQLite},
	Fingerprint: "8d3c1f0a5b7e",
}

var installedApps = project.NewTable[*sitesv1.InstalledAppRow](project.Spec{
	Table: InstalledAppTable,
	Columns: []project.Column{
		{Name: "app_id", Type: sqldb.Text, Key: true},
		{Name: "site_id", Type: sqldb.Text, Key: true, Owner: true},
		{Name: "version", Type: sqldb.Text},
	},
	Source: project.Each(project.EachSpec[string, *sitesv1.Site, *sitesv1.Site_App]{
		Event:    Site,
		Owner:    func(siteID string) []any { return []any{siteID} },
		Elements: (*sitesv1.Site).GetApps,
		Where: func(_ *sitesv1.Site, item *sitesv1.Site_App) bool {
			return item.GetState() == sitesv1.Site_ACTIVE
		},
		Values: func(_ *sitesv1.Site, item *sitesv1.Site_App) []any {
			return []any{item.GetAppId(), item.GetVersion()}
		},
	}),
})

var (
	installedAppsByAppID  = project.Query{Params: []string{"app_id"}, Order: []string{"site_id"}}
	installedAppsBySiteID = project.Query{Params: []string{"site_id"}, Order: []string{"app_id"}}
)

// NewInstalledAppWriter returns the route that keeps installed_apps up to date from [Site] events.
func NewInstalledAppWriter(db *sql.DB) consume.Route { return project.NewWriter(db, installedApps) }

// InstalledAppReader reads installed_apps. It is the reverse lookup: which sites have an app installed?
type InstalledAppReader struct {
	r *project.Reader[*sitesv1.InstalledAppRow]
}

// NewInstalledAppReader returns a reader of installed_apps in db, which may be a replica.
func NewInstalledAppReader(db *sql.DB) *InstalledAppReader {
	return &InstalledAppReader{project.NewReader(db, installedApps)}
}

// Get returns the row of a key. The error is [project.ErrNotFound] when there is none.
func (r *InstalledAppReader) Get(ctx context.Context, appID, siteID string) (*sitesv1.InstalledAppRow, error) {
	return r.r.Get(ctx, appID, siteID)
}

// ListByAppId returns rows with an app_id, ordered by site_id.
func (r *InstalledAppReader) ListByAppId(ctx context.Context, appID string, page project.Page) (project.Rows[*sitesv1.InstalledAppRow], error) { //nolint:staticcheck // named after GetAppId of the row
	return r.r.List(ctx, &installedAppsByAppID, page, appID)
}

// ListBySiteId returns rows with a site_id, ordered by app_id.
func (r *InstalledAppReader) ListBySiteId(ctx context.Context, siteID string, page project.Page) (project.Rows[*sitesv1.InstalledAppRow], error) { //nolint:staticcheck // named after GetSiteId of the row
	return r.r.List(ctx, &installedAppsBySiteID, page, siteID)
}

// WaitFor returns when the event of a receipt is in the projection: read your own write.
func (r *InstalledAppReader) WaitFor(ctx context.Context, receipt event.Receipt) error {
	return r.r.WaitFor(ctx, receipt)
}
