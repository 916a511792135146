package generator

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"text/template"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/templates"
)

// sqlTypes are the types of columns as the runtime's dialects call them, which generated code passes values of. Text in PostgreSQL sorts
// bytewise, as in SQLite and Go, whatever the database's locale is.
var sqlTypes = map[string]map[schema.ColumnKind]string{
	"postgres": {
		schema.TextColumn: `text COLLATE "C"`, schema.BytesColumn: "bytea", schema.BoolColumn: "boolean",
		schema.Int32Column: "integer", schema.Int64Column: "bigint", schema.Uint64Column: "numeric(20,0)",
		schema.FloatColumn: "real", schema.DoubleColumn: "double precision",
		schema.TimestampColumn: "timestamptz", schema.DurationColumn: "bigint",
	},
	"sqlite": {
		schema.TextColumn: "TEXT", schema.BytesColumn: "BLOB", schema.BoolColumn: "INTEGER",
		schema.Int32Column: "INTEGER", schema.Int64Column: "INTEGER", schema.Uint64Column: "TEXT",
		schema.FloatColumn: "REAL", schema.DoubleColumn: "REAL",
		schema.TimestampColumn: "INTEGER", schema.DurationColumn: "INTEGER",
	},
}

// sqlView is what a template sees of a projection.
type sqlView struct {
	Source     string // e.g., acme/sites/v1/sites.proto
	View, Base string // e.g., installed_apps, installed_apps_p
	Each       bool   // one row per element: rows are deleted for good, and not guards at the same time
	Columns    []sqlColumn
	Key        []string
	Indexes    []sqlIndex
}

type sqlColumn struct {
	Name, Type string
	Key        bool
}

type sqlIndex struct {
	Name    string
	Unique  bool
	Columns []sqlOrder
}

type sqlOrder struct {
	Name        string
	Descending  bool
	OrdersNulls bool // it orders rows, and may be null: databases disagree on where those go
}

// sqlFiles returns the DDL of the unit's projections, one file per dialect.
func (g *emitter) sqlFiles() ([]File, error) {
	var files []File
	for _, p := range g.file.Projections {
		for _, dialect := range g.options.Dialects {
			content, err := renderSQL(dialect, g.sqlView(p, dialect))
			if err != nil {
				return nil, err
			}
			files = append(files, File{g.sqlFile(p, dialect), content})
		}
	}
	return files, nil
}

func (g *emitter) sqlView(p *schema.Projection, dialect string) sqlView {
	v := sqlView{Source: g.file.Desc.Path(), View: p.Table, Base: p.Table + "_p", Each: len(p.Source.ForEach) > 0, Key: columnNames(p.Key)}
	for _, c := range p.Columns {
		v.Columns = append(v.Columns, sqlColumn{c.Name, sqlType(c, dialect), c.Key})
	}
	for _, x := range p.Indexes {
		v.Indexes = append(v.Indexes, indexView(x))
	}
	return v
}

// sqlType takes the annotation's word for PostgreSQL only: SQLite has no types to choose from.
func sqlType(c *schema.Column, dialect string) string {
	if c.SQLType != "" && dialect == "postgres" {
		return c.SQLType
	}
	return sqlTypes[dialect][c.Kind]
}

func indexView(x *schema.Index) sqlIndex {
	v := sqlIndex{Name: x.Name, Unique: x.Unique}
	for i, o := range x.Columns {
		v.Columns = append(v.Columns, sqlOrder{o.Column.Name, o.Descending, i >= x.Params && !o.Column.Key})
	}
	return v
}

// sqlTemplates parses the templates once.
var sqlTemplates = sync.OnceValues(func() (map[string]*template.Template, error) {
	parsed := map[string]*template.Template{}
	for _, dialect := range Dialects {
		name := "sql/" + dialect + "/projection.sql.tmpl"
		text, err := templates.FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		t, err := template.New(name).Funcs(template.FuncMap{"ident": quoteIdent, "idents": quoteIdents}).Parse(string(text))
		if err != nil {
			return nil, err
		}
		parsed[dialect] = t
	}
	return parsed, nil
})

func renderSQL(dialect string, v sqlView) ([]byte, error) {
	parsed, err := sqlTemplates()
	if err != nil {
		return nil, fmt.Errorf("read SQL templates (a bug of evgen): %w", err)
	}
	var b bytes.Buffer
	if err := parsed[dialect].Execute(&b, v); err != nil {
		return nil, fmt.Errorf("render SQL of table %s (a bug of evgen): %w", v.View, err)
	}
	return b.Bytes(), nil
}

// quoteIdent makes an identifier of any name, also of one that SQL uses itself.
func quoteIdent(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteIdents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteIdent(n)
	}
	return strings.Join(quoted, ", ")
}
