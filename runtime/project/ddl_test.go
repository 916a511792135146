package project_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// tableSpec is what the DDL of a projection is made from. See testdata/README.md for the rules.
type tableSpec struct {
	name    string
	each    bool
	columns []project.Column
	indexes []index
}

type index struct {
	name    string
	columns []string // " desc" behind those that descend
	plain   int      // so many of them are parameters
	unique  bool
}

// table renders s in both dialects.
func (s tableSpec) table() sqldb.Table {
	return sqldb.Table{Name: s.name, DDL: sqldb.DDL{Postgres: s.ddl(sqldb.Postgres{}), SQLite: s.ddl(sqldb.SQLite{})}, Fingerprint: "test"}
}

func (s tableSpec) ddl(d sqldb.Dialect) string {
	var b strings.Builder
	b.WriteString("CREATE TABLE " + d.Quote(s.name+"_p") + " (\n")
	for _, c := range s.columns {
		b.WriteString("  " + d.Quote(c.Name) + " " + columnType(d, c))
		if c.Key {
			b.WriteString(" NOT NULL")
		}
		b.WriteString(",\n")
	}
	postgres := d.Name() == "postgres"
	b.WriteString(s.guardColumns(d))
	b.WriteString("  PRIMARY KEY (" + quoted(d, s.keys()) + ")\n)")
	if postgres {
		b.WriteString(" WITH (fillfactor = 80);\n")
	} else {
		b.WriteString(" STRICT, WITHOUT ROWID;\n")
	}
	for _, i := range s.allIndexes() {
		b.WriteString(s.indexDDL(d, i))
	}
	b.WriteString("CREATE VIEW " + d.Quote(s.name) + " AS SELECT " + quoted(d, append(names(s.columns), "_rev")) + " FROM " + d.Quote(s.name+"_p") + s.filter() + ";\n")
	return b.String()
}

func columnType(d sqldb.Dialect, c project.Column) string {
	if d.Name() != "postgres" {
		return d.TypeName(c.Type)
	}
	switch {
	case c.SQLType != "":
		return c.SQLType
	case c.Type == sqldb.Text:
		return `text COLLATE "C"`
	default:
		return d.TypeName(c.Type)
	}
}

func (s tableSpec) guardColumns(d sqldb.Dialect) string {
	postgres := d.Name() == "postgres"
	number, bytes := d.TypeName(sqldb.Int64), d.TypeName(sqldb.Bytes)
	text := `  "_rev" ` + number + " NOT NULL,\n"
	switch {
	case s.each:
		text += `  "_hash" ` + bytes + " NOT NULL,\n"
	case postgres:
		text += `  "record_offset" ` + number + " NOT NULL DEFAULT 0,\n" + `  "_deleted" boolean NOT NULL DEFAULT false,` + "\n" + `  "_hash" ` + bytes + ",\n"
	default:
		text += `  "record_offset" ` + number + " NOT NULL DEFAULT 0,\n" + `  "_deleted" INTEGER NOT NULL DEFAULT 0,` + "\n" + `  "_hash" ` + bytes + ",\n"
	}
	if postgres {
		return text + `  "_at" timestamptz NOT NULL DEFAULT now(),` + "\n"
	}
	return text + `  "_at" INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),` + "\n"
}

func (s tableSpec) keys() []string {
	return names(slices.DeleteFunc(slices.Clone(s.columns), func(c project.Column) bool { return !c.Key }))
}

func (s tableSpec) owners() []string {
	return names(slices.DeleteFunc(slices.Clone(s.columns), func(c project.Column) bool { return !c.Owner }))
}

// allIndexes adds the one that finds an event's rows, where nothing else does.
func (s tableSpec) allIndexes() []index {
	owners := s.owners()
	found := !s.each || beginsWith(s.keys(), owners)
	for _, i := range s.indexes {
		found = found || beginsWith(i.columns, owners)
	}
	if found {
		return s.indexes
	}
	return append(slices.Clone(s.indexes), index{name: "owner", columns: owners, plain: len(owners)})
}

func beginsWith(columns, prefix []string) bool {
	if len(columns) < len(prefix) {
		return false
	}
	for _, p := range prefix {
		if !slices.Contains(columns[:len(prefix)], p) {
			return false
		}
	}
	return true
}

func (s tableSpec) indexDDL(d sqldb.Dialect, i index) string {
	create := "CREATE INDEX "
	columns := slices.Clone(i.columns)
	if i.unique {
		create = "CREATE UNIQUE INDEX "
	} else if i.name != "owner" {
		columns = append(columns, slices.DeleteFunc(s.keys(), func(k string) bool {
			return slices.Contains(i.columns, k) || slices.Contains(i.columns, k+" desc")
		})...)
	}
	list := make([]string, len(columns))
	for n, c := range columns {
		name, descending := strings.CutSuffix(c, " desc")
		list[n] = d.Quote(name)
		if n >= i.plain {
			list[n] += order(d, descending, !slices.Contains(s.keys(), name))
		}
	}
	return create + d.Quote(s.name+"_"+i.name) + " ON " + d.Quote(s.name+"_p") + " (" + strings.Join(list, ", ") + ")" + s.filter() + ";\n"
}

func order(d sqldb.Dialect, descending, nullable bool) string {
	nulls := nullable && d.Name() == "postgres"
	switch {
	case descending && nulls:
		return " DESC NULLS LAST"
	case descending:
		return " DESC"
	case nulls:
		return " NULLS FIRST"
	default:
		return ""
	}
}

func (s tableSpec) filter() string {
	if s.each {
		return ""
	}
	return ` WHERE NOT "_deleted"`
}

func names(columns []project.Column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return list
}

func quoted(d sqldb.Dialect, names []string) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = d.Quote(n)
	}
	return strings.Join(list, ", ")
}

func TestScriptsInTestdataFollowTheirRules(t *testing.T) {
	t.Parallel()
	installed := tableSpec{
		name: "installed_apps", each: true,
		columns: []project.Column{
			{Name: "app_id", Type: sqldb.Text, Key: true},
			{Name: "site_id", Type: sqldb.Text, Key: true, Owner: true},
			{Name: "version", Type: sqldb.Text},
		},
		indexes: []index{{name: "site_id", columns: []string{"site_id"}, plain: 1}},
	}
	if diff := cmp.Diff(installed.table().DDL, InstalledAppTable.DDL); diff != "" {
		t.Errorf("installed_apps (-rules +script):\n%s", diff)
	}
	levels := tableSpec{
		name: "stock",
		columns: []project.Column{
			{Name: "sku", Type: sqldb.Text, Key: true},
			{Name: "warehouse", Type: sqldb.Text, Key: true},
			{Name: "available", Type: sqldb.Int64},
		},
		indexes: []index{{name: "warehouse_available", columns: []string{"warehouse", "available desc"}, plain: 1}},
	}
	if diff := cmp.Diff(levels.table().DDL, StockTable.DDL); diff != "" {
		t.Errorf("stock (-rules +script):\n%s", diff)
	}
}
