// Package project keeps rows of SQL tables up to date from events, and reads them: a [Table] says what a row is and which event
// it comes from, [NewWriter] gives the route of a group that writes it, [NewReader] reads it, on a replica if you like.
//
// # What a table holds
//
// With [Single] a table has one row per key of its event, and the row is the guard at the same time: a write and the
// check that it is newer are one statement on one row, so a consumer that lost its partition and does not know yet cannot
// overwrite what its successor wrote. A deletion leaves a row without values behind, which the view does not show, so
// that a late older event does not bring the entity back.
//
// With [Each] a table has one row per element of a repeated or map field. There is no row to guard an event without
// elements, so the revision is kept per event key in evgen_revision, checked first in the same transaction; then rows
// that are no longer listed are deleted, and those that changed are written. A row whose values are the same is not
// touched, since most changes of a large document do not concern its elements.
//
// In both cases the rows of a key are those of the event with the highest revision that was delivered, whatever the
// order and however often it was. Events without a revision count by their offset, so their topic must keep its number of
// partitions: a key that moves to another one starts there with offsets that look late. The position in the log is
// committed with the rows by package consume.
//
// # Order
//
// Lists are ordered bytewise for text and bytes, and NULL comes before everything else, so first in ascending and
// last in descending order: SQLite and PostgreSQL give the same pages. Indexes are made for that order, see testdata for
// the exact tables of two projections.
package project
