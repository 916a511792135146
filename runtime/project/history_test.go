package project_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// history is the revisions of one entity, of which the last is the newest.
type history struct {
	records []*event.Record
	lines   []string // the rows that the last one leaves, as rowsOf spells them
}

// subject is a projection under random histories of its source.
type subject struct {
	name   string
	table  sqldb.Table
	write  func() project.Apply
	make   func(t testing.TB, random *rand.Rand, entity int) history
	rowsOf func(t testing.TB, db *sql.DB) []string
}

var subjects = []subject{
	{"single", StockTable, func() project.Apply { return project.NewApply(stock) }, stockHistory, stockLines},
	{"each of a list", InstalledAppTable, func() project.Apply { return project.NewApply(installedApps) }, siteHistory, appLines},
	{"each of a map", InstalledAppTable, func() project.Apply { return project.NewApply(byMapDeleting) }, siteHistory, appLines},
}

var byMapDeleting = project.NewTable[*projecttest.InstalledAppRow](project.Spec{
	Table: InstalledAppTable, Columns: installedAppColumns(),
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
	}),
})

func stockHistory(t testing.TB, random *rand.Rand, entity int) (h history) {
	log := newTopic(t, StockLevel)
	sku, revision := fmt.Sprintf("sku%d", entity), int64(0)
	for range 1 + random.IntN(8) {
		revision += 1 + random.Int64N(3)
		m := level(sku, revision, random.Int64N(4)) // a quarter has nothing available, which does not match
		h.lines = nil
		switch random.IntN(6) {
		case 0:
			h.records = append(h.records, log.delete(StockLevelKey{sku, "north"}, revision))
			continue
		case 1:
			m.Closed = true
		default:
			if m.GetAvailable() > 0 {
				h.lines = []string{fmt.Sprintf("%s %d", sku, m.GetAvailable())}
			}
		}
		h.records = append(h.records, log.put(m))
	}
	return h
}

func stockLines(t testing.TB, db *sql.DB) (lines []string) {
	for _, r := range all(t, project.NewReader(db, stock), &stockByKey, 7) {
		lines = append(lines, fmt.Sprintf("%s %d", r.GetSku(), r.GetAvailable()))
	}
	return lines
}

func siteHistory(t testing.TB, random *rand.Rand, entity int) (h history) {
	log := newTopic(t, Site)
	id, revision := fmt.Sprintf("site%d", entity), int64(0)
	for range 1 + random.IntN(8) {
		revision += 1 + random.Int64N(3)
		h.lines = nil
		if random.IntN(6) == 0 {
			h.records = append(h.records, log.delete(id, revision))
			continue
		}
		var apps []string
		for _, app := range random.Perm(5)[:random.IntN(5)] {
			text := fmt.Sprintf("app%d@%d", app, random.IntN(3))
			if random.IntN(4) == 0 {
				text = "-" + text
			} else {
				h.lines = append(h.lines, id+" "+text)
			}
			apps = append(apps, text)
		}
		h.records = append(h.records, log.put(site(id, revision, apps...)))
	}
	return h
}

func appLines(t testing.TB, db *sql.DB) (lines []string) {
	for _, r := range all(t, project.NewReader(db, installedApps), &installedAppsByKey, 7) {
		lines = append(lines, fmt.Sprintf("%s %s@%s", r.GetSiteId(), r.GetAppId(), r.GetVersion()))
	}
	return lines
}

// histories returns records of many entities in a random order, a third of them twice, and the lines that must be left.
func histories(t testing.TB, s subject, random *rand.Rand, entities int) (records []*event.Record, want []string) {
	for i := range entities {
		h := s.make(t, random, i)
		want = append(want, h.lines...)
		for _, r := range h.records {
			records = append(records, r)
			if random.IntN(3) == 0 {
				records = append(records, r)
			}
		}
	}
	random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	slices.Sort(want)
	return records, want
}

func wantLines(t testing.TB, db *sql.DB, s subject, want []string) {
	t.Helper()
	got := s.rowsOf(t, db)
	slices.Sort(got)
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
		t.Errorf("rows (-fold of the events +table):\n%s", diff)
	}
}

func TestTableIsTheFoldOfItsEventsInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, db *sql.DB) {
				seed := rand.Uint64()
				random := rand.New(rand.NewPCG(seed, 0))
				records, want := histories(t, s, random, 60)
				write := s.write()
				for len(records) > 0 {
					n := 1 + random.IntN(min(len(records), 40))
					if random.IntN(4) == 0 {
						crash(t, db, write, records[:n]...)
						continue
					}
					apply(t, db, write, records[:n]...)
					records = records[n:]
				}
				wantLines(t, db, s, want)
				if t.Failed() {
					t.Logf("seed %d", seed)
				}
			}, s.table)
		})
	}
}

// Nothing is retried here: a deadlock would be an error.
func TestConcurrentWritersNeverDeadlockNorOverwriteTheNewest(t *testing.T) {
	t.Parallel()
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			eachDatabase(t, func(t *testing.T, db *sql.DB) {
				random := rand.New(rand.NewPCG(rand.Uint64(), 0))
				records, want := histories(t, s, random, 40)
				write := s.write()
				var writers sync.WaitGroup
				for range 4 {
					mine := slices.Clone(records)
					rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
					writers.Go(func() { writeAll(t, db, write, mine) })
				}
				writers.Wait()
				wantLines(t, db, s, want)
			}, s.table)
		})
	}
}

// writeAll writes records in batches, every fourth of which is rolled back first.
func writeAll(t *testing.T, db *sql.DB, write project.Apply, records []*event.Record) {
	for batch := range slices.Chunk(records, 25) {
		if rand.IntN(4) == 0 {
			if err := writeOnce(t.Context(), db, write, batch, (*sql.Tx).Rollback); err != nil {
				t.Errorf("write %d records and roll back: %v", len(batch), err)
			}
		}
		if err := writeOnce(t.Context(), db, write, batch, (*sql.Tx).Commit); err != nil {
			t.Errorf("write %d records: %v", len(batch), err)
		}
	}
}

func writeOnce(ctx context.Context, db *sql.DB, write project.Apply, batch []*event.Record, end func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := write(ctx, tx, batch); err != nil {
		return err
	}
	return end(tx)
}

// A consumer that lost its partition is in the middle of a transaction with an older record, and commits last.
func TestZombieDoesNotOverwriteItsSuccessor(t *testing.T) {
	t.Parallel()
	db := postgresWith(t, StockTable)
	log, write := newTopic(t, StockLevel), project.NewApply(stock)
	zombie, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer zombie.Rollback()
	var began int
	if err := zombie.QueryRowContext(t.Context(), "SELECT 1 FROM stock_p").Scan(&began); err != sql.ErrNoRows {
		t.Fatalf("read as the zombie: %v", err)
	}
	wantOutcomes(t, apply(t, db, write, log.put(level("a", 2, 20))), event.Applied)
	outcomes, err := write(t.Context(), zombie, []*event.Record{log.put(level("a", 1, 10)), log.delete(StockLevelKey{"a", "north"}, 1)})
	if err != nil {
		t.Fatal(err)
	}
	wantOutcomes(t, outcomes, event.Stale, event.Conflict)
	if err := zombie.Commit(); err != nil {
		t.Fatal(err)
	}
	wantStock(t, db, stockRow("a", 20))
}
