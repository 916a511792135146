package eventtest

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// WantRows fails the test unless query returns exactly these rows, in any order unless it says one. A row of one column is
// its value, a row of several is a []any; values are compared by their text.
func (h *Harness) WantRows(query string, want ...any) {
	h.t.Helper()
	got, err := h.rows(query)
	h.must("query", err)
	var wanted []string
	for _, row := range want {
		wanted = append(wanted, rowText(row))
	}
	if !strings.Contains(strings.ToLower(query), "order by") {
		slices.Sort(got)
		slices.Sort(wanted)
	}
	if !slices.Equal(got, wanted) {
		h.t.Errorf("%s:\n got %s\nwant %s", query, strings.Join(got, "; "), strings.Join(wanted, "; "))
	}
}

func (h *Harness) rows(query string) ([]string, error) {
	rows, err := h.db.QueryContext(h.t.Context(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var texts []string
	for rows.Next() {
		text, err := scanText(rows, len(columns))
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}

func scanText(rows *sql.Rows, columns int) (string, error) {
	values, pointers := make([]any, columns), make([]any, columns)
	for i := range values {
		pointers[i] = &values[i]
	}
	err := rows.Scan(pointers...)
	return rowText(values), err
}

func rowText(row any) string {
	values, ok := row.([]any)
	if !ok {
		return valueText(row)
	}
	var texts []string
	for _, v := range values {
		texts = append(texts, valueText(v))
	}
	return strings.Join(texts, " | ")
}

func valueText(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(v)
}
