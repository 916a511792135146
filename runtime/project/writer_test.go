package project_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// appsOf returns a projection of all apps of sites, into a table as s says.
func appsOf(e *event.Event[string, *projecttest.Site], s tableSpec, values func(*projecttest.Site, *projecttest.Site_App) []any) *project.Table[*projecttest.InstalledAppRow] {
	return project.NewTable[*projecttest.InstalledAppRow](project.Spec{
		Table: s.table(), Columns: s.columns,
		Source: project.Each(project.EachSpec[string, *projecttest.Site, *projecttest.Site_App]{
			Event:    e,
			Owner:    func(siteID string) []any { return []any{siteID} },
			Elements: (*projecttest.Site).GetApps,
			Values:   values,
		}),
	})
}

func appValues(_ *projecttest.Site, item *projecttest.Site_App) []any {
	return []any{item.GetAppId(), item.GetVersion()}
}

func uniqueApps() tableSpec {
	return tableSpec{name: "unique_apps", each: true, columns: installedAppColumns(),
		indexes: []index{{name: "version", columns: []string{"version"}, plain: 1, unique: true}}}
}

// A dead letter for the second site would leave its row out for ever, although nothing is wrong with its event.
func TestRowThatViolatesAnIndexStopsItsPartitionAlsoWhereEventsAreDeadLettered(t *testing.T) {
	t.Parallel()
	const attempts = 2
	deadLettered := event.New(event.Spec[string, *projecttest.Site]{
		Name: "evgen.projecttest.v1.Site", Topic: event.Topic{Name: "sites", Partitions: 1},
		Key: event.TextKey((*projecttest.Site).GetSiteId), Revision: event.Monotonic((*projecttest.Site).GetRevision),
		Retry: event.Retry{Attempts: attempts, Backoff: time.Millisecond, MaxBackoff: time.Millisecond, DeadLetter: true},
	})
	var tries atomic.Int64
	beyond := make(chan struct{})
	spec := uniqueApps()
	table := appsOf(deadLettered, spec, func(m *projecttest.Site, item *projecttest.Site_App) []any {
		if m.GetSiteId() == "t" && tries.Add(1) == 2*attempts {
			close(beyond)
		}
		return appValues(m, item)
	})
	h := eventtest.New(t)
	if err := sqldb.Migrate(t.Context(), h.DB(), spec.table()); err != nil {
		t.Fatal(err)
	}
	eventtest.Publish(h, deadLettered, site("s", 1, "blog@1"))
	h.Run(project.NewWriter(h.DB(), table))
	eventtest.Publish(h, deadLettered, site("t", 1, "chat@1"))

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	outcomes := make(chan event.Outcome, 10)
	group := consume.NewGroup("apps", h, project.NewWriter(h.DB(), table),
		consume.Observe(func(o consume.Observation) { outcomes <- o.Outcome }))
	ended := make(chan error, 1)
	go func() { ended <- group.Run(ctx) }()
	select {
	case <-beyond:
	case o := <-outcomes:
		t.Fatalf("the record was finished as %s although its row is not there", o)
	}
	if _, err := h.DB().ExecContext(t.Context(), "DROP INDEX unique_apps_version"); err != nil {
		t.Fatal(err)
	}
	if o := <-outcomes; o != event.Applied {
		t.Errorf("without the index the record was finished as %s", o)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	h.WantRows("SELECT app_id FROM unique_apps ORDER BY app_id", "blog", "chat")
}

func TestTableOfAnotherDefinitionIsNotWritten(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, Site), project.NewApply(installedApps)
		if _, err := db.ExecContext(t.Context(), "UPDATE evgen_migration SET fingerprint = 'old' WHERE table_name = 'installed_apps'"); err != nil {
			t.Fatal(err)
		}
		_, err := tryApply(t.Context(), db, write, []*event.Record{log.put(site("s", 1, "blog@1"))})
		var other *sqldb.FingerprintError
		if !errors.As(err, &other) || other.Have != "old" {
			t.Errorf("got %v, want a fingerprint error", err)
		}
		wantApps(t, db)
		// Made by hand from the SQL files, which record no fingerprint.
		if _, err := db.ExecContext(t.Context(), "DELETE FROM evgen_migration WHERE table_name = 'installed_apps'"); err != nil {
			t.Fatal(err)
		}
		apply(t, db, write, log.put(site("s", 1, "blog@1")))
		wantApps(t, db, "blog/s@1")
	}, InstalledAppTable)
}

// Whoever does what the error says gets all rows back.
func TestTableIsRebuiltAsTheErrorSays(t *testing.T) {
	t.Parallel()
	h := eventtest.New(t)
	if err := sqldb.Migrate(t.Context(), h.DB(), InstalledAppTable); err != nil {
		t.Fatal(err)
	}
	eventtest.Publish(h, Site, site("s", 1, "blog@1"), site("t", 3, "shop@2"))
	h.Run(NewInstalledAppWriter(h.DB()))
	if _, err := h.DB().ExecContext(t.Context(), "UPDATE evgen_migration SET fingerprint = 'old' WHERE table_name = 'installed_apps'"); err != nil {
		t.Fatal(err)
	}
	err := sqldb.Migrate(t.Context(), h.DB(), InstalledAppTable)
	if err == nil {
		t.Fatal("no error although the definition is another one")
	}
	_, remedy, _ := strings.Cut(err.Error(), "drop it, run ")
	remedy, _, _ = strings.Cut(remedy, "; and ")
	if _, err := h.DB().ExecContext(t.Context(), "DROP VIEW installed_apps; DROP TABLE installed_apps_p; "+remedy); err != nil {
		t.Fatal(err)
	}
	if err := sqldb.Migrate(t.Context(), h.DB(), InstalledAppTable); err != nil {
		t.Fatal(err)
	}
	h.Run(NewInstalledAppWriter(h.DB()))
	wantApps(t, h.DB(), "blog/s@1", "shop/t@2")
}

// A cast to varchar(3) would cut it without a word.
func TestTextLongerThanItsTypeIsRefused(t *testing.T) {
	t.Parallel()
	for _, sqlType := range []string{"varchar(3)", "char(3)", "Character Varying (3)"} {
		spec := tableSpec{name: "short_apps", each: true, columns: installedAppColumns()}
		spec.columns[2].SQLType = sqlType
		db, table := postgresWith(t, spec.table()), appsOf(Site, spec, appValues)
		log, write := newTopic(t, Site), project.NewApply(table)
		apply(t, db, write, log.put(site("s", 1, "blog@123")))
		_, err := tryApply(t.Context(), db, write, []*event.Record{log.put(site("s", 2, "blog@1234"))})
		if sqldb.Classify(err) != sqldb.Permanent {
			t.Errorf("%s: error %v is %s, want permanent", sqlType, err, sqldb.Classify(err))
		}
		row, err := project.NewReader(db, table).Get(t.Context(), "blog", "s")
		if err != nil || row.GetVersion() != "123" {
			t.Errorf("%s: the row has %q, %v", sqlType, row.GetVersion(), err)
		}
	}
}

// Whoever asks for a second connection within a transaction waits for ever when the pool has one.
func TestOneConnectionIsEnough(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		db.SetMaxOpenConns(1)
		sites, writeApps := newTopic(t, Site), project.NewApply(installedApps)
		levels, writeStock := newTopic(t, StockLevel), project.NewApply(stock)
		twice := site("s", 1, "blog@1", "shop@1")
		wantOutcomes(t, apply(t, db, writeApps, sites.put(twice), sites.put(twice), sites.put(site("t", 1))), event.Applied, event.Duplicate, event.Applied)
		wantOutcomes(t, apply(t, db, writeApps, sites.put(site("s", 2, "shop@1"))), event.Applied)
		for _, want := range []event.Outcome{event.Applied, event.Duplicate} {
			r := levels.put(level("a", 1, 1))
			wantOutcomes(t, apply(t, db, writeStock, r), want)
			if err := NewStockReader(db).WaitFor(t.Context(), outboxed(r, 1)); err != nil {
				t.Error(err)
			}
		}
		wantApps(t, db, "shop/s@1")
	}, InstalledAppTable, StockTable)
}

// unreachable is a database that never answers.
type unreachable struct{ asked chan struct{} }

func (u *unreachable) Connect(ctx context.Context) (driver.Conn, error) {
	u.asked <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (u *unreachable) Driver() driver.Driver { return nil }

func TestDeadlineOfAReadHoldsWhileAnotherOneWaits(t *testing.T) {
	t.Parallel()
	u := &unreachable{make(chan struct{}, 2)}
	read := NewStockReader(sql.OpenDB(u))
	patient, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := read.Get(patient, "a", "north")
		done <- err
	}()
	<-u.asked
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := read.Get(ended, "a", "north"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

func TestErrorOfAReadSpellsItsValues(t *testing.T) {
	t.Parallel()
	_, err := project.NewReader(sqliteWith(t, StockTable), stock).Get(t.Context(), int64(65), []byte{0xff})
	if want := "get row 65 0xff of projection stock: column sku: "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error is %v, want %s", err, want)
	}
}
