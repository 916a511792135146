package project_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// consumed writes a record and moves the position behind it, as a group does.
func consumed(t *testing.T, db *sql.DB, write project.Apply, table string, r *event.Record) {
	t.Helper()
	err := sqldb.InTx(t.Context(), db, func(tx *sql.Tx) error {
		if _, err := write(t.Context(), tx, []*event.Record{r}); err != nil {
			return err
		}
		return sqldb.AdvanceOffset(t.Context(), tx, table, r.Position, r.Offset+1, 0)
	})
	if err != nil {
		t.Errorf("consume: %v", err)
	}
}

func receiptOf(r *event.Record, revision int64) event.Receipt {
	return event.Receipt{Position: r.Position, Key: r.Key, Revision: revision}
}

// outboxed returns a receipt as an outbox gives it: without a position.
func outboxed(r *event.Record, revision int64) event.Receipt {
	receipt := receiptOf(r, revision)
	receipt.Partition, receipt.Offset, receipt.TopicID = -1, -1, event.TopicID{}
	return receipt
}

func TestWaitEndsWhenThePositionIsReached(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write, read := newTopic(t, StockLevel), project.NewApply(stock), NewStockReader(db)
		first, second := log.put(level("a", 1, 10)), log.put(level("a", 2, 0))
		done := make(chan error, 1)
		go func() { done <- read.WaitFor(t.Context(), receiptOf(second, 2)) }()
		consumed(t, db, write, "stock", first)
		if err := read.WaitFor(t.Context(), receiptOf(first, 1)); err != nil {
			t.Errorf("wait for the first: %v", err)
		}
		consumed(t, db, write, "stock", second)
		if err := <-done; err != nil {
			t.Errorf("wait for the second: %v", err)
		}
		wantStock(t, db)
	}, StockTable)
}

func TestWaitEndsWhenTheRevisionIsThere(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write, read := newTopic(t, StockLevel), project.NewApply(stock), NewStockReader(db)
		gone := log.delete(StockLevelKey{"a", "north"}, 2)
		done := make(chan error, 1)
		go func() { done <- read.WaitFor(t.Context(), outboxed(gone, 2)) }()
		apply(t, db, write, log.put(level("a", 1, 10)))
		if err := read.WaitFor(t.Context(), outboxed(gone, 1)); err != nil {
			t.Errorf("wait for revision 1: %v", err)
		}
		apply(t, db, write, gone)
		if err := <-done; err != nil {
			t.Errorf("wait for the deletion: %v", err)
		}
		sites, writeApps, apps := newTopic(t, Site), project.NewApply(installedApps), NewInstalledAppReader(db)
		r := sites.put(site("s", 7))
		apply(t, db, writeApps, r)
		if err := apps.WaitFor(t.Context(), outboxed(r, 7)); err != nil {
			t.Errorf("wait for an event without elements: %v", err)
		}
	}, StockTable, InstalledAppTable)
}

func TestWaitThatIsGivenUpSaysWhatItWaitedFor(t *testing.T) {
	t.Parallel()
	db := sqliteWith(t, StockTable)
	log, write, read := newTopic(t, StockLevel), project.NewApply(stock), NewStockReader(db)
	first := log.put(level("a", 1, 10))
	consumed(t, db, write, "stock", first)
	if err := read.WaitFor(t.Context(), receiptOf(first, 1)); err != nil {
		t.Fatalf("wait for what is there: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := read.WaitFor(ctx, receiptOf(log.put(level("a", 2, 20)), 2))
	if err == nil || !strings.HasPrefix(err.Error(), "wait for projection stock to reach offset 2 of evgen.projecttest.v1.stock_level/0: ") {
		t.Errorf("error is %v", err)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v does not wrap that of the context", err)
	}
}

func TestReceiptThatCannotArriveIsRefused(t *testing.T) {
	t.Parallel()
	db := sqliteWith(t, StockTable)
	log, read := newTopic(t, StockLevel), NewStockReader(db)
	r := log.put(level("a", 1, 10))
	elsewhere := receiptOf(r, 1)
	elsewhere.Topic = "orders"
	for want, receipt := range map[string]event.Receipt{
		"wait for projection stock: the receipt is from topic orders, the projection reads evgen.projecttest.v1.stock_level": elsewhere,
		"wait for projection stock: the receipt has neither a position nor a revision: nothing tells when its event arrives": outboxed(r, 0),
	} {
		if err := read.WaitFor(t.Context(), receipt); err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}
