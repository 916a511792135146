package sqldb_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// example is a value of a message and what its column gives back.
type example struct{ in, out any }

func unchanged(values ...any) []example {
	var examples []example
	for _, v := range values {
		examples = append(examples, example{v, v})
	}
	return examples
}

type color int32

func examples() map[sqldb.ColumnType][]example {
	day := time.Date(2024, 2, 29, 23, 59, 59, 123456000, time.UTC)
	text := "pointed"
	return map[sqldb.ColumnType][]example{
		sqldb.Text: append(unchanged("", "plain", `quoted "a", {b}, \c\`, "NULL", "ünï\n\t", nil),
			example{&text, text}, example{(*string)(nil), nil}),
		sqldb.Bytes:  append(unchanged([]byte{}, []byte{0, 1, 255, '"', '\\'}, nil), example{[]byte(nil), []byte{}}),
		sqldb.Bool:   unchanged(true, false, nil),
		sqldb.Int32:  append(unchanged(int32(math.MinInt32), int32(math.MaxInt32), nil), example{color(7), int32(7)}),
		sqldb.Int64:  append(unchanged(int64(math.MinInt64), int64(math.MaxInt64), nil), example{uint32(math.MaxUint32), int64(math.MaxUint32)}),
		sqldb.Uint64: unchanged(uint64(0), uint64(9), uint64(math.MaxInt64), uint64(math.MaxUint64), nil),
		sqldb.Float:  unchanged(float32(0.1), float32(-math.MaxFloat32), float32(math.Inf(1)), float32(math.Inf(-1)), nil),
		sqldb.Double: unchanged(0.1, -math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), nil),
		sqldb.Timestamp: append(
			unchanged(day, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), nil),
			example{timestamppb.New(day.Add(789)), day},
			example{(*timestamppb.Timestamp)(nil), nil},
			example{timestamppb.New(time.Unix(-1, 999_999_999)), time.Unix(-1, 999_999_000).UTC()},
			example{day.In(time.FixedZone("", 3600)), day}),
		sqldb.Duration: append(unchanged(time.Hour, -time.Microsecond, time.Duration(math.MaxInt64).Truncate(time.Microsecond), nil),
			example{durationpb.New(1500), time.Microsecond},
			example{(*durationpb.Duration)(nil), nil}),
	}
}

func TestColumnsGiveBackWhatTheyTook(t *testing.T) {
	t.Parallel()
	for column, examples := range examples() {
		t.Run(column.String(), func(t *testing.T) {
			t.Parallel()
			eachWorld(t, func(t *testing.T, w *world) {
				w.makeColumn(column)
				for i, e := range examples {
					w.storeOne(column, i, e.in)
				}
				w.wantColumn(column, examples)
				if w.isPostgres() {
					w.exec("DELETE FROM stored")
					w.storeArray(column, examples)
					w.wantColumn(column, examples)
				}
			})
		})
	}
}

func (w *world) makeColumn(column sqldb.ColumnType) {
	w.t.Helper()
	strict := ""
	if !w.isPostgres() {
		strict = " STRICT"
	}
	w.exec("CREATE TABLE stored (n integer, v " + w.d.TypeName(column) + ")" + strict)
}

func (w *world) storeOne(column sqldb.ColumnType, n int, v any) {
	w.t.Helper()
	arg, err := w.d.Bind(column, v)
	if err != nil {
		w.t.Fatal(err)
	}
	w.exec("INSERT INTO stored (n, v) VALUES ("+w.d.Placeholder(1)+", "+w.d.Placeholder(2)+")", n, arg)
}

func (w *world) storeArray(column sqldb.ColumnType, examples []example) {
	w.t.Helper()
	var values []any
	for _, e := range examples {
		values = append(values, e.in)
	}
	arg, err := w.d.Array(column, values)
	if err != nil {
		w.t.Fatal(err)
	}
	w.exec("INSERT INTO stored (v, n) SELECT v, n FROM unnest($1::"+w.d.TypeName(column)+"[]) WITH ORDINALITY AS a (v, n)", arg)
}

func (w *world) wantColumn(column sqldb.ColumnType, examples []example) {
	w.t.Helper()
	var want []any
	for _, e := range examples {
		want = append(want, e.out)
	}
	if diff := cmp.Diff(want, w.column(column, "n")); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", column, diff)
	}
}

func (w *world) column(column sqldb.ColumnType, order string) []any {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), "SELECT v FROM stored ORDER BY "+order)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var values []any
	for rows.Next() {
		var scanned any
		if err := rows.Scan(&scanned); err != nil {
			w.t.Fatal(err)
		}
		v, err := w.d.Value(column, scanned)
		if err != nil {
			w.t.Error(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return values
}

func TestUint64ColumnSortsByNumber(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		w.makeColumn(sqldb.Uint64)
		want := []any{uint64(0), uint64(9), uint64(10), uint64(1 << 63), uint64(math.MaxUint64)}
		for i, v := range slices.Backward(want) {
			w.storeOne(sqldb.Uint64, i, v)
		}
		if diff := cmp.Diff(want, w.column(sqldb.Uint64, "v")); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

func TestNaNIsNullInSQLiteOnly(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		w.makeColumn(sqldb.Double)
		w.storeOne(sqldb.Double, 0, math.NaN())
		got := w.column(sqldb.Double, "n")[0]
		if f, ok := got.(float64); w.isPostgres() != (ok && math.IsNaN(f)) {
			t.Errorf("%s gives back %v", w.d.Name(), got)
		}
	})
}

func TestValueThatDoesNotFitIsAValueError(t *testing.T) {
	t.Parallel()
	everywhere := []sqldb.Dialect{sqldb.Postgres{}, sqldb.SQLite{}}
	cases := []struct {
		dialects []sqldb.Dialect
		column   sqldb.ColumnType
		value    any
		want     string
	}{
		{everywhere, sqldb.Text, 1, "store text: a int is no text"},
		{everywhere, sqldb.Text, time.Now(), "store text: a time.Time is no text"},
		{everywhere, sqldb.Timestamp, time.Second, "store timestamp: a time.Duration is no timestamp"},
		{everywhere, sqldb.Int32, int64(1) << 40, "store int32: a int64 is no int32"},
		{everywhere, sqldb.Int64, uint64(1) << 63, "store int64: a uint64 is no int64"},
		{everywhere, sqldb.Timestamp, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "store timestamp: the year 10000 is not within 1 to 9999"},
		{everywhere[:1], sqldb.Text, "a\x00b", "store text: text with a NUL byte, which PostgreSQL cannot store"},
		{everywhere[:1], sqldb.Text, "a\xffb", "store text: text that is not UTF-8"},
	}
	for _, c := range cases {
		for _, d := range c.dialects {
			_, err := d.Bind(c.column, c.value)
			if fmt.Sprint(err) != c.want || sqldb.Classify(err) != sqldb.Permanent {
				t.Errorf("%s: %v is %s, want %s", d.Name(), err, sqldb.Classify(err), c.want)
			}
		}
	}
	if _, err := (sqldb.Postgres{}).Array(sqldb.Text, []any{"a", "\x00"}); sqldb.Classify(err) != sqldb.Permanent {
		t.Errorf("in an array: %v is %s, want permanent", err, sqldb.Classify(err))
	}
	if _, err := (sqldb.SQLite{}).Array(sqldb.Text, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("an array for SQLite: %v, want unsupported", err)
	}
}

func TestDriversMayGiveTextForAnything(t *testing.T) {
	t.Parallel()
	cases := []struct {
		column        sqldb.ColumnType
		scanned, want any
	}{
		{sqldb.Text, []byte("a"), "a"},
		{sqldb.Bytes, "a", []byte("a")},
		{sqldb.Bool, []byte("t"), true},
		{sqldb.Bool, int64(0), false},
		{sqldb.Int32, []byte("-7"), int32(-7)},
		{sqldb.Int64, "7", int64(7)},
		{sqldb.Uint64, []byte("18446744073709551615"), uint64(math.MaxUint64)},
		{sqldb.Uint64, int64(7), uint64(7)},
		{sqldb.Float, []byte("0.5"), float32(0.5)},
		{sqldb.Double, int64(2), 2.0},
	}
	for _, c := range cases {
		got, err := sqldb.Postgres{}.Value(c.column, c.scanned)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s from %T: %v, (-want +got):\n%s", c.column, c.scanned, err, diff)
		}
	}
	for column, scanned := range map[sqldb.ColumnType]any{sqldb.Int32: int64(1) << 40, sqldb.Bool: "maybe", sqldb.Uint64: int64(-1), sqldb.Timestamp: "now"} {
		if v, err := (sqldb.Postgres{}).Value(column, scanned); err == nil {
			t.Errorf("%s from %v: %v, want an error", column, scanned, v)
		}
	}
}

func TestDialectComesFromTheServer(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		d, err := sqldb.DialectOf(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(t.Name(), "/"+d.Name()) {
			t.Errorf("it is %s", d.Name())
		}
	})
}

func TestUnreachableDatabaseHasNoDialect(t *testing.T) {
	t.Parallel()
	db := openSQLite(t, "file:/nowhere/at/all.db?mode=ro")
	if d, err := sqldb.DialectOf(t.Context(), db); err == nil {
		t.Errorf("it is %s", d.Name())
	}
}
