// Package sqldb keeps in a SQL database what makes handlers idempotent: which revision of an entity, which command and which
// offset was handled, in the same transaction as the effect. It works with PostgreSQL and SQLite through database/sql and knows no driver.
//
// A [Guard] decides what becomes of a record, [Migrate] makes the tables, [InTx] and [Classify] deal with what databases
// answer. Package consume runs handlers behind guards; package project writes tables of its own with the columns of this package.
package sqldb
