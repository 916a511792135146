package schema

import (
	"cmp"
	"regexp"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// resolveProjections fills File.Projections of every file. Events are resolved by then.
func (r *resolver) resolveProjections() {
	for _, f := range r.files {
		walkMessages(f.Desc.Messages(), func(md protoreflect.MessageDescriptor) {
			o := projectionOption(md)
			if o == nil {
				r.checkStrayColumns(md)
				return
			}
			d := r.newProjectionDraft(md, o)
			d.resolve()
			f.Projections = append(f.Projections, d.Projection)
		})
	}
	r.checkProjections()
}

// checkStrayColumns reports columns of a message that is no projection.
func (r *resolver) checkStrayColumns(md protoreflect.MessageDescriptor) {
	for _, fd := range fieldsOf(md) {
		if columnOption(fd) != nil {
			r.errorf(r.atOption(fd, evgenpb.E_Column, ""), columnStray, "message %s: field %s is a column, but the message is no projection", md.FullName(), fd.Name()).
				help("add option (evgen.v1.projection) to the message, or remove (evgen.v1.column)")
		}
	}
}

// projectionDraft is a projection while it is resolved: what is written beside what it means.
type projectionDraft struct {
	*Projection
	r       *resolver
	options *evgenpb.ProjectionOptions
	source  *evgenpb.ProjectionOptions_Source // nil with several
	drafts  []*indexDraft                     // of the declared indexes that are sound
}

func (r *resolver) newProjectionDraft(md protoreflect.MessageDescriptor, options *evgenpb.ProjectionOptions) *projectionDraft {
	return &projectionDraft{
		Projection: &Projection{Desc: md, Doc: docOf(md), Pos: r.at(md)},
		r:          r,
		options:    options,
	}
}

// resolve reports what is wrong and goes on. Columns are only compared with a source that is known, and keys only with columns that are.
func (d *projectionDraft) resolve() {
	d.resolveTable()
	d.resolveSource()
	sound := d.resolveColumns()
	d.resolveKey()
	if sound && d.Source != nil && d.Source.Event.HasKey() {
		d.checkKey()
	}
	d.resolveOnDelete()
	d.resolveIndexes()
	d.resolveQueries()
}

// pos returns the position of an option of the projection, e.g., "source[0].where".
func (d *projectionDraft) pos(option string) Position {
	return d.r.atOption(d.Desc, evgenpb.E_Projection, option)
}

// errorf reports an error of the projection, whose name it puts before the message.
func (d *projectionDraft) errorf(pos Position, rule, format string, args ...any) report {
	return d.r.errorf(pos, rule, "projection %s: "+format, append([]any{d.Desc.FullName()}, args...)...)
}

func (d *projectionDraft) resolveTable() {
	d.Table = cmp.Or(d.options.GetTable(), strings.TrimSuffix(snakeCase(string(d.Desc.Name())), "_row"))
	if problem := sqlNameProblem(d.Table, maxTableName); problem != "" {
		d.errorf(d.pos("table"), tableName, "table %q %s", d.Table, problem).help(`choose another name: table: "…"`)
		return
	}
	for _, prefix := range []string{"evgen_", "sqlite_", "pg_"} {
		if strings.HasPrefix(strings.ToLower(d.Table), prefix) {
			d.errorf(d.pos("table"), tableName, "table %q starts with %s, as tables of evgen or the database do", d.Table, prefix).
				help(`choose another name: table: "…"`)
		}
	}
}

// maxName is how many bytes of a name PostgreSQL keeps; it cuts off the rest without an error.
const maxName = 63

// maxTableName leaves room for the "_p" of the base table.
const maxTableName = maxName - len("_p")

var sqlName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// sqlNameProblem says why a name is not good for a table, a column or an index, or nothing.
func sqlNameProblem(name string, longest int) string {
	switch {
	case !sqlName.MatchString(name):
		return "has other characters than letters, digits and _, or starts with a digit"
	case len(name) > longest && longest == maxTableName:
		return `is too long: PostgreSQL keeps 63 characters, and the base table adds "_p"`
	case len(name) > longest:
		return "is too long: PostgreSQL keeps 63 characters"
	}
	return ""
}

func (d *projectionDraft) resolveSource() {
	switch sources := d.options.GetSource(); {
	case len(sources) == 0:
		d.errorf(d.pos(""), sourceMissing, "it has no source").help(`name an event: source: { event: "OrderPlaced" }`)
	case len(sources) > 1:
		d.errorf(d.pos("source[1]"), sourceSeveral, "it has %d sources, and joins are not available yet", len(sources)).
			help("declare one projection for each source")
	default:
		d.source = sources[0]
		d.resolveEvent()
	}
}
