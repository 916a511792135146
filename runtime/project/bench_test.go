package project_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// BenchmarkWrite2000 writes 2,000 records, as four batches of 500 and as one, of 2,000 keys that are there already.
func BenchmarkWrite2000(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *sql.DB{"sqlite": realservers.SQLite, "postgres": realservers.Postgres} {
		for _, size := range []int{500, 2000} {
			b.Run(fmt.Sprintf("single/%s/%d", name, size), func(b *testing.B) {
				log := newTopic(b, StockLevel)
				benchmark(b, open(b), StockTable, project.NewApply(stock), size, func(i int, round int64) *event.Record {
					return log.put(level(fmt.Sprint("sku", i), round, 1+round))
				})
			})
			b.Run(fmt.Sprintf("each/%s/%d", name, size), func(b *testing.B) {
				log := newTopic(b, Site)
				benchmark(b, open(b), InstalledAppTable, project.NewApply(installedApps), size, func(i int, round int64) *event.Record {
					return log.put(site(fmt.Sprint("site", i), round, "blog@1", "chat@1", "shop@"+fmt.Sprint(round)))
				})
			})
		}
	}
}

func benchmark(b *testing.B, db *sql.DB, table sqldb.Table, write project.Apply, size int, record func(i int, round int64) *event.Record) {
	const n = 2000
	if err := sqldb.Migrate(b.Context(), db, table); err != nil {
		b.Fatal(err)
	}
	round := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		round++
		records := make([]*event.Record, n)
		for i := range records {
			records[i] = record(i, round)
		}
		b.StartTimer()
		for at := 0; at < n; at += size {
			apply(b, db, write, records[at:at+size]...)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
