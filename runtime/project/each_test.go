package project_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

var installedAppsByKey = project.Query{Order: []string{"app_id", "site_id"}}

// site returns a site with apps like "shop@1"; a "-" before one means that it is not active.
func site(id string, revision int64, apps ...string) *projecttest.Site {
	s := &projecttest.Site{SiteId: id, Revision: revision, AppsById: map[string]*projecttest.Site_App{}}
	for _, text := range apps {
		app := &projecttest.Site_App{State: projecttest.Site_ACTIVE}
		text, disabled := strings.CutPrefix(text, "-")
		if disabled {
			app.State = projecttest.Site_DISABLED
		}
		app.AppId, app.Version, _ = strings.Cut(text, "@")
		s.Apps = append(s.Apps, app)
		s.AppsById[app.AppId] = app
	}
	return s
}

// wantApps compares all rows, each as app/site@version.
func wantApps(t testing.TB, db *sql.DB, want ...string) {
	t.Helper()
	got := []string{}
	for _, row := range all(t, project.NewReader(db, installedApps), &installedAppsByKey, 3) {
		got = append(got, row.GetAppId()+"/"+row.GetSiteId()+"@"+row.GetVersion())
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestRowsOfAnEventAreReplacedByItsNextRevision(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Site), project.NewApply(installedApps)
		apply(t, db, write, log.put(site("s", 1, "blog@1", "shop@1", "-chat@1")), log.put(site("t", 1, "shop@7")))
		wantApps(t, db, "blog/s@1", "shop/s@1", "shop/t@7")
		wantOutcomes(t, apply(t, db, write,
			log.put(site("s", 3, "shop@2", "chat@1", "-blog@1")), log.put(site("s", 2, "forum@1")), log.put(site("t", 1, "shop@7"))),
			event.Applied, event.Stale, event.Duplicate)
		wantApps(t, db, "chat/s@1", "shop/s@2", "shop/t@7")
		wantOutcomes(t, apply(t, db, write, log.put(site("s", 4))), event.Applied)
		wantApps(t, db, "shop/t@7")
	}, InstalledAppTable)
}

func TestDeletionTakesAllRowsOfItsEntityForGood(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Site), project.NewApply(installedApps)
		apply(t, db, write, log.put(site("s", 2, "blog@1", "shop@1")), log.put(site("t", 1, "shop@7")))
		wantOutcomes(t, apply(t, db, write, log.delete("s", 3), log.put(site("s", 1, "old@1"))), event.Applied, event.Stale)
		wantOutcomes(t, apply(t, db, write, log.put(site("s", 2, "blog@1"))), event.Stale)
		wantApps(t, db, "shop/t@7")
		wantOutcomes(t, apply(t, db, write, log.put(site("s", 4, "new@1"))), event.Applied)
		wantApps(t, db, "new/s@1", "shop/t@7")
	}, InstalledAppTable)
}

func TestUnchangedRowIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Site), project.NewApply(installedApps)
		apply(t, db, write, log.put(site("s", 1, "blog@1", "shop@1")))
		apply(t, db, write, log.put(site("s", 2, "blog@1", "shop@2")))
		got := map[string]int64{}
		rows, err := db.QueryContext(t.Context(), "SELECT app_id, _rev FROM installed_apps")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var app string
			var revision int64
			if err := rows.Scan(&app, &revision); err != nil {
				t.Fatal(err)
			}
			got[app] = revision
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int64{"blog": 1, "shop": 2}, got); diff != "" {
			t.Errorf("revisions that wrote the rows (-want +got):\n%s", diff)
		}
	}, InstalledAppTable)
}

// byMap projects the same rows from a map field.
var byMap = project.NewTable[*projecttest.InstalledAppRow](project.Spec{
	Table:   InstalledAppTable,
	Columns: installedAppColumns(),
	Source: project.Each(project.EachSpec[string, *projecttest.Site, project.Entry[string, *projecttest.Site_App]]{
		Event: Site,
		Owner: func(siteID string) []any { return []any{siteID} },
		Elements: func(m *projecttest.Site) []project.Entry[string, *projecttest.Site_App] {
			return project.Entries(m.GetAppsById())
		},
		Where: func(_ *projecttest.Site, item project.Entry[string, *projecttest.Site_App]) bool {
			return item.Value.GetState() == projecttest.Site_ACTIVE
		},
		Values: func(_ *projecttest.Site, item project.Entry[string, *projecttest.Site_App]) []any {
			return []any{item.Key, item.Value.GetVersion()}
		},
		OnDelete: project.Keep,
	}),
})

func installedAppColumns() []project.Column {
	return []project.Column{
		{Name: "app_id", Type: sqldb.Text, Key: true},
		{Name: "site_id", Type: sqldb.Text, Key: true, Owner: true},
		{Name: "version", Type: sqldb.Text},
	}
}

func TestRowsOfAMapFollowItsEntries(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Site), project.NewApply(byMap)
		apply(t, db, write, log.put(site("s", 1, "blog@1", "shop@1")))
		second := log.put(site("s", 2, "shop@2", "chat@1", "-blog@1"))
		apply(t, db, write, second)
		wantApps(t, db, "chat/s@1", "shop/s@2")
		wantOutcomes(t, apply(t, db, write, log.delete("s", 3), second), event.Skipped, event.Duplicate)
		wantApps(t, db, "chat/s@1", "shop/s@2")
	}, InstalledAppTable)
}

func TestEntriesAreInTheOrderOfTheirKeys(t *testing.T) {
	t.Parallel()
	keys := fmt.Sprint(project.Entries(map[string]int{"b": 1, "a": 2, "": 3}), project.Entries(map[bool]int{true: 1, false: 2}),
		project.Entries(map[int32]int{1: 1, -1: 2}), project.Entries(map[uint64]int{1 << 63: 1, 2: 2}))
	want := "[{ 3} {a 2} {b 1}] [{false 2} {true 1}] [{-1 2} {1 1}] [{2 2} {9223372036854775808 1}]"
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestLastOfTwoElementsWithOneRowKeyWins(t *testing.T) {
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	defer slog.SetDefault(before)
	db := sqliteWith(t, InstalledAppTable)
	log, write := newTopic(t, Site), project.NewApply(installedApps)
	apply(t, db, write, log.put(site("s", 1, "shop@1", "blog@1", "shop@2", "shop@3")))
	wantApps(t, db, "blog/s@1", "shop/s@3")
	if text := logged.String(); !strings.Contains(text, "projection=installed_apps overwritten=2") {
		t.Errorf("logged %q, want a warning that 2 rows of installed_apps were overwritten", text)
	}
}

func TestDocumentWithManyElementsIsWrittenWhole(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		const n = 4500 // more than two statements take
		apps := make([]string, n)
		for i := range apps {
			apps[i] = fmt.Sprintf("app%d@1", i)
		}
		log, write := newTopic(t, Site), project.NewApply(installedApps)
		apply(t, db, write, log.put(site("s", 1, apps...)), log.put(site("t", 1, "shop@1")))
		wantCount(t, db, "installed_apps", n+1)
		apply(t, db, write, log.put(site("s", 2, apps[:10]...)))
		wantCount(t, db, "installed_apps", 11)
	}, InstalledAppTable)
}

func wantCount(t testing.TB, db *sql.DB, table string, want int) {
	t.Helper()
	var got int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&got); err != nil || got != want {
		t.Errorf("%s has %d rows (error: %v), want %d", table, got, err, want)
	}
}

// unordered is Site as if it had no revision.
var unordered = event.New(event.Spec[string, *projecttest.Site]{
	Name:  "evgen.projecttest.v1.Site",
	Kind:  event.Document,
	Topic: event.Topic{Name: "sites"},
	Key:   event.TextKey((*projecttest.Site).GetSiteId),
})

var unorderedApps = project.NewTable[*projecttest.InstalledAppRow](project.Spec{
	Table: InstalledAppTable, Columns: installedAppColumns(),
	Source: project.Each(project.EachSpec[string, *projecttest.Site, *projecttest.Site_App]{
		Event:    unordered,
		Owner:    func(siteID string) []any { return []any{siteID} },
		Elements: (*projecttest.Site).GetApps,
		Values: func(_ *projecttest.Site, item *projecttest.Site_App) []any {
			return []any{item.GetAppId(), item.GetVersion()}
		},
	}),
})

func TestElementsWithoutARevisionFollowTheLaterRecord(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, unordered), project.NewApply(unorderedApps)
		first, second := log.put(site("s", 0, "blog@1")), log.put(site("s", 0, "shop@1"))
		wantOutcomes(t, apply(t, db, write, first), event.Applied)
		wantOutcomes(t, apply(t, db, write, second), event.Applied)
		wantOutcomes(t, apply(t, db, write, first, second), event.Stale, event.Duplicate)
		wantApps(t, db, "shop/s@1")
		wantOutcomes(t, apply(t, db, write, log.delete("s", 0)), event.Applied)
		wantApps(t, db)
	}, InstalledAppTable)
}

func TestValueOfAUniqueIndexMayMoveBetweenRowsOfAnEvent(t *testing.T) {
	t.Parallel()
	spec := uniqueApps()
	table := appsOf(Site, spec, appValues)
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Site), project.NewApply(table)
		apply(t, db, write, log.put(site("s", 1, "blog@1")))
		wantOutcomes(t, apply(t, db, write, log.put(site("s", 2, "shop@1"))), event.Applied)
		_, err := tryApply(t.Context(), db, write, []*event.Record{log.put(site("t", 1, "chat@1"))})
		if err == nil || sqldb.Classify(err) == sqldb.Permanent {
			t.Errorf("two rows with one value of a unique index: %v, want an error that stops the partition instead of losing the record", err)
		}
	}, spec.table())
}
