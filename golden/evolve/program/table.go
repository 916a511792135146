package program

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Table is a generated projection.
type Table struct {
	Table  sqldb.Table
	Source Event
	Writer func(*sql.DB) consume.Route
}

func (i *instance) rows(ctx context.Context, name string, args []string) error {
	for _, t := range i.Tables {
		if t.Table.Name == name {
			return i.follow(ctx, t, args)
		}
	}
	return fmt.Errorf("find table %s: the contracts of this program have none", name)
}

// follow brings a table up to date and prints it.
func (i *instance) follow(ctx context.Context, t Table, args []string) (err error) {
	topic := t.Source.contract.Topic
	if err := i.broker.CreateTopics(ctx, topic); err != nil {
		return err
	}
	db, err := i.database(ctx, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := sqldb.Migrate(ctx, db, t.Table); err != nil {
		return err
	}
	if _, err := drain(ctx, i.broker, topic.Name, args[0], t.Writer(db)); err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+t.Table.Name+" ORDER BY 1, 2")
	if err != nil {
		return err
	}
	defer rows.Close()
	return i.printRows(rows)
}

// printRows prints values separated by spaces.
func (i *instance) printRows(rows *sql.Rows) error {
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, pointers := make([]string, len(columns)), make([]any, len(columns))
	for n := range values {
		pointers[n] = &values[n]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return err
		}
		if err := i.print([]string{strings.Join(values, " ")}); err != nil {
			return err
		}
	}
	return rows.Err()
}
