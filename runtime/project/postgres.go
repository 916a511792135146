package project

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// maxRows bounds a statement: an event may have any number of elements.
const maxRows = 2000

// postgresWriter writes a batch with a statement or two, whose arguments are whole columns.
type postgresWriter struct {
	namer
	upsert, explain, remove string
}

func newPostgresWriter(n namer) *postgresWriter {
	w := &postgresWriter{namer: n}
	if n.layout.source.each {
		w.upsert = n.insert() + "SELECT " + w.inputs(n.all()) + " FROM " + w.unnest("i", n.all(), 0) + "\n" + n.onConflict("now()")
		w.remove = w.removal()
		return w
	}
	w.upsert = w.guardedUpsert()
	w.explain = "SELECT i.ord, t.\"_rev\", t.\"record_offset\", t.\"_hash\"\n" +
		"FROM " + w.unnest("i", n.layout.keys, 0) + "\n" +
		"JOIN " + n.base() + " AS t ON " + n.equal(n.layout.keys, func(i int) string { return w.input("i", i, n.layout.keys[i]) })
	return w
}

// guardedUpsert returns the numbers of the rows that were not written, counted from 1: mostly none, so that nothing travels back. NOT IN
// rather than NOT EXISTS, because a list as short as a batch is always
// searched by a hash table, however wrong the estimates are.
func (w *postgresWriter) guardedUpsert() string {
	return "WITH input AS (\nSELECT " + w.inputs(w.all()) + ", ord FROM " + w.unnest("i", w.all(), 0) + "\n), written AS (\n" +
		w.insert() + "SELECT " + numbered("c", len(w.targets)) + " FROM input ORDER BY ord\n" +
		w.onConflict("now()") + "\nRETURNING " + w.columns("t.", w.layout.keys) + "\n)\n" +
		"SELECT ord FROM input WHERE (" + strings.Join(w.keyInputs(), ", ") + ") NOT IN (SELECT " + w.columns("", w.layout.keys) + " FROM written)"
}

func (w *postgresWriter) keyInputs() []string {
	names := make([]string, len(w.layout.keys))
	for i, k := range w.layout.keys {
		names[i] = fmt.Sprintf("c%d", k+1)
	}
	return names
}

// removal deletes the rows of owners that are not among those to keep. EXCEPT rather than NOT IN or NOT EXISTS, because it never compares each row with
// each key, whatever the planner thinks of the number of elements in an array.
func (w *postgresWriter) removal() string {
	l := w.layout
	keep := make([]string, len(l.keys))
	for i, k := range l.keys {
		keep[i] = w.input("k", i, k)
	}
	return "DELETE FROM " + w.base() + " AS t USING (\n" +
		"SELECT " + w.columns("t.", l.keys) + " FROM " + w.unnest("o", l.entity, 0) + "\n" +
		"JOIN " + w.base() + " AS t ON " + w.equal(l.entity, func(i int) string { return w.input("o", i, l.entity[i]) }) + "\n" +
		"EXCEPT\n" +
		"SELECT " + strings.Join(keep, ", ") + " FROM " + w.unnest("k", l.keys, len(l.entity)) + "\n" +
		") AS gone WHERE " + w.equal(l.keys, func(i int) string { return "gone." + w.column(l.keys[i]) })
}

// unnest turns array arguments, the first of them after offset others, into rows of c1, c2, … and their number.
func (w *postgresWriter) unnest(alias string, columns []int, offset int) string {
	arrays := make([]string, len(columns))
	for i, c := range columns {
		arrays[i] = w.dialect.Placeholder(offset+i+1) + "::" + w.dialect.TypeName(w.targets[c].typ) + "[]"
	}
	return "unnest(" + strings.Join(arrays, ", ") + ") WITH ORDINALITY AS " + alias + "(" + numbered("c", len(columns)) + ", ord)"
}

// numbered lists c1, c2, …
func numbered(name string, n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", name, i+1)
	}
	return strings.Join(names, ", ")
}

// inputs lists what unnest gives for columns, under the names that it gives.
func (w *postgresWriter) inputs(columns []int) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = w.input("i", i, c)
		if w.targets[c].sqlType != "" {
			list[i] += fmt.Sprintf(" AS c%d", i+1)
		}
	}
	return strings.Join(list, ", ")
}

// input is the i-th column of an unnest, as the type that a column has. A type from an annotation must be named: text does not
// turn into, e.g., jsonb by itself.
func (w *postgresWriter) input(alias string, i, column int) string {
	c := fmt.Sprintf("%s.c%d", alias, i+1)
	if t := w.targets[column].sqlType; t != "" && !isCharacters(t) {
		return "CAST(" + c + " AS " + t + ")"
	}
	return c
}

// isCharacters knows the types with a length, e.g., varchar(3). A cast would cut longer text without a word, where to store it is an error.
func isCharacters(sqlType string) bool {
	t := strings.ToLower(strings.TrimSpace(sqlType))
	return slices.ContainsFunc([]string{"char", "varchar", "bpchar", "national"}, func(prefix string) bool { return strings.HasPrefix(t, prefix) })
}

// arrays returns some columns of rows as arguments.
func (w *postgresWriter) arrays(rows [][]any, columns []int) ([]any, error) {
	args := make([]any, len(columns))
	values := make([]any, len(rows))
	for i, c := range columns {
		for j, row := range rows {
			values[j] = row[c]
		}
		array, err := w.dialect.Array(w.targets[c].typ, values)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", w.targets[c].name, err)
		}
		args[i] = array
	}
	return args, nil
}

func (w *postgresWriter) upsertNewer(ctx context.Context, tx *sql.Tx, rows [][]any) ([]int, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	args, err := w.arrays(rows, w.all())
	if err != nil {
		return nil, err
	}
	found, err := tx.QueryContext(ctx, w.upsert, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var refused []int
	for found.Next() {
		var number int
		if err := found.Scan(&number); err != nil {
			return nil, err
		}
		refused = append(refused, number-1)
	}
	return refused, found.Err()
}

func (w *postgresWriter) stamps(ctx context.Context, tx *sql.Tx, rows [][]any) ([]stamp, error) {
	args, err := w.arrays(rows, w.layout.keys)
	if err != nil {
		return nil, err
	}
	found, err := tx.QueryContext(ctx, w.explain, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	stamps := make([]stamp, len(rows))
	for found.Next() {
		var number int
		var s stamp
		if err := found.Scan(&number, &s.version.revision, &s.version.offset, &s.hash); err != nil {
			return nil, err
		}
		stamps[number-1] = s
	}
	return stamps, found.Err()
}

// replace deletes first, so that a new row may take a value of a unique index from one that goes.
func (w *postgresWriter) replace(ctx context.Context, tx *sql.Tx, r *replacement) error {
	if len(r.owners) == 0 {
		return nil
	}
	owners, err := w.ownerArrays(r.owners)
	if err != nil {
		return err
	}
	keys, err := w.arrays(r.rows, w.layout.keys)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, w.remove, append(owners, keys...)...); err != nil {
		return err
	}
	for rows := range slices.Chunk(r.rows, maxRows) {
		args, err := w.arrays(rows, w.all())
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, w.upsert, args...); err != nil {
			return err
		}
	}
	return nil
}

// ownerArrays turns the values of the owner columns alone into arguments.
func (w *postgresWriter) ownerArrays(owners [][]any) ([]any, error) {
	rows := make([][]any, len(owners))
	for i, owner := range owners {
		rows[i] = make([]any, len(w.targets))
		for j, column := range w.layout.entity {
			rows[i][column] = owner[j]
		}
	}
	return w.arrays(rows, w.layout.entity)
}
