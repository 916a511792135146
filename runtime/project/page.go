package project

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
)

const (
	defaultPageSize = 100
	maxPageSize     = 1000
)

// Page asks for some rows of a list: the first ones, or those after another page.
type Page struct {
	Size  int    // rows; below 1: 100; at most 1000
	After Cursor // Next of the page before; empty: from the start
}

func (p Page) size() int {
	if p.Size < 1 {
		return defaultPageSize
	}
	return min(p.Size, maxPageSize)
}

// Rows is a page of a list.
type Rows[R any] struct {
	Rows []R
	Next Cursor // empty on the last page
}

// Cursor is a place in one list with certain parameters, as text that fits into a URL. It names the row that a page ended with by what orders
// it, so rows that come and go elsewhere neither repeat nor hide others; a row that moves, because a column of the order changed,
// may be met twice or missed. A cursor shows these values to whoever decodes it, and stays valid when the row is
// gone.
type Cursor string

// ErrCursor says that a cursor comes from another list, from the same list with other parameters, or from no list at all.
var ErrCursor = errors.New("the cursor does not belong to this list with these parameters: pass Next of its last page unchanged, or start anew without one")

// sumSize makes an accident unlikely. It is no signature: a caller who forges a cursor gets rows that it may list anyway.
const sumSize = 8

// newCursor returns the cursor after a row that has values in the columns of the order. The list is what identifies it.
func newCursor(list, values []any) Cursor {
	b := encodeValues(values)
	return Cursor(base64.RawURLEncoding.EncodeToString(append(sumOf(list, b), b...)))
}

func sumOf(list []any, values []byte) []byte {
	sum := sha256.Sum256(append([]byte(keyOf(list)), values...))
	return sum[:sumSize:sumSize]
}

// open returns the n values of a cursor.
func (c Cursor) open(list []any, n int) ([]any, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(string(c))
	if err != nil || len(b) < sumSize || !bytes.Equal(b[:sumSize], sumOf(list, b[sumSize:])) {
		return nil, ErrCursor
	}
	b = slices.Clone(b[sumSize:])
	values := make([]any, n)
	for i := range values {
		if values[i], b, err = parseValue(b); err != nil {
			return nil, ErrCursor
		}
	}
	if len(b) > 0 {
		return nil, ErrCursor
	}
	return values, nil
}
