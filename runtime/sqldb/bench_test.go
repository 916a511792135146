package sqldb_test

import (
	"fmt"
	"testing"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func BenchmarkRevisionGuard(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkRevisions(b, newWorld(b, realservers.SQLite(b))) })
	b.Run("postgres", func(b *testing.B) { benchmarkRevisions(b, newWorld(b, realservers.Postgres(b))) })
}

// benchmarkRevisions admits batches of 500 new revisions of 100,000 keys in turn, one transaction each.
func benchmarkRevisions(b *testing.B, w *world) {
	const batch, keys = 500, 100_000
	g := discard{sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)}
	value := fmt.Sprintf("%200d", 1)
	var n int
	for b.Loop() {
		entries := make([]sqldb.Entry, batch)
		for i := range entries {
			entries[i] = rev(fmt.Sprint("key-", n%keys), int64(n/keys+1), value)
			n++
		}
		if _, err := w.try(g, entries...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
