package schema

import (
	"cmp"
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/filter"
)

// resolveEvent leaves Source nil when the event is unknown or for_each leads nowhere, because then no path means anything.
func (d *projectionDraft) resolveEvent() {
	name := d.source.GetEvent()
	if name == "" {
		d.errorf(d.pos("source[0]"), sourceMissing, "its source names no event").help(`name one: source: { event: "OrderPlaced" }`)
		return
	}
	e, ok := d.r.event(d.Desc, name)
	if !ok {
		d.r.unknownEvent(d.errorf(d.pos("source[0].event"), sourceEvent, "source %q is not an event", name), d.Desc, name)
		return
	}
	d.checkEvent(e)
	source := &Source{Event: e, As: cmp.Or(d.source.GetAs(), snakeCase(string(e.Desc.Name())))}
	if !d.resolveForEach(source) {
		return
	}
	d.Source = source
	d.checkAlias()
	d.resolveWhere()
}

func (d *projectionDraft) checkEvent(e *Event) {
	pos := d.pos("source[0].event")
	switch {
	case e.Kind == Command:
		d.errorf(pos, sourceCommand, "source %s is a COMMAND, which one consumer group handles", e.Desc.FullName()).
			related(e.Pos, "%s is declared here", e.Desc.Name()).
			help("project the event that its handler publishes")
	case !e.HasKey():
		d.errorf(pos, sourceKeyless, "source %s has no key that rows could be found by", e.Desc.FullName()).
			related(e.Pos, "%s is declared here", e.Desc.Name()).
			help("mark a field of the event: [(evgen.v1.field).key = true]")
	}
}

// resolveForEach returns false after an error that leaves the elements unknown.
func (d *projectionDraft) resolveForEach(s *Source) bool {
	name, pos := d.source.GetForEach(), d.pos("source[0].for_each")
	if name == "" {
		return true
	}
	path, problem := fieldPath(s.Event.Desc, withoutAlias(s, name))
	switch {
	case problem != nil:
		d.errorf(pos, forEachPath, "for_each %q %s", name, problem.text).help("%s", problem.help)
		return false
	case path.Leaf().Cardinality() != protoreflect.Repeated:
		d.errorf(pos, forEachPath, "for_each %q is a single %s", name, typeName(path.Leaf())).
			help("name a repeated field or a map; without for_each each event gives one row")
		return false
	}
	s.ForEach = path
	d.checkItem(s, pos)
	d.checkSecret(pos, path)
	return true
}

// withoutAlias removes the source's name from a path. A field of that name goes first, since the source's name may be left out.
func withoutAlias(s *Source, path string) string {
	rest, ok := strings.CutPrefix(path, s.As+".")
	if !ok || s.Event.Desc.Fields().ByName(protoreflect.Name(s.As)) != nil {
		return path
	}
	return rest
}

func (d *projectionDraft) checkItem(s *Source, pos Position) {
	if fd := s.Event.Desc.Fields().ByName(filter.Item); fd != nil {
		d.errorf(pos, forEachItem, "with for_each, item is an element, and %s has a field of that name", s.Event.Desc.FullName()).
			related(d.r.at(fd), "field item is here").
			help("rename the field; its number stays")
	}
}

// checkSecret reports a path through a field that must not be shown.
func (d *projectionDraft) checkSecret(pos Position, path Path) {
	for _, fd := range path {
		if isSecret(fd) {
			d.errorf(pos, columnSecret, "field %s is SECRET and must not be projected", fd.FullName()).
				related(d.r.at(fd), "field %s is here", fd.Name()).
				help("leave it out, or project a field that says what readers need to know about it")
		}
	}
}

func (d *projectionDraft) checkAlias() {
	as, pos := d.source.GetAs(), d.pos("source[0].as")
	switch {
	case as == "":
	case !sqlName.MatchString(as):
		d.errorf(pos, sourceAlias, "source name %q is no identifier", as).help("use letters, digits and _")
	case as == filter.Item:
		d.errorf(pos, sourceAlias, "source name item is the name of elements").help("choose another name")
	case d.Source.Event.Desc.Fields().ByName(protoreflect.Name(as)) != nil:
		d.errorf(pos, sourceAlias, "source name %s is also a field of %s", as, d.Source.Event.Desc.FullName()).
			help("choose another name, or leave it out")
	}
}

func (d *projectionDraft) resolveWhere() {
	text := d.source.GetWhere()
	if text == "" {
		return
	}
	scope := filter.Scope{Event: d.Source.Event.Desc, As: d.Source.As}
	if len(d.Source.ForEach) > 0 {
		scope.ForEach = d.Source.ForEach.Leaf()
	}
	x, problems := filter.Compile(text, scope)
	for _, p := range problems {
		pos, place := d.wherePos(text, p.Offset)
		d.errorf(pos, whereRules[p.Kind], "where%s: %s", place, p.Text).help("%s", p.Help)
	}
	d.Source.Where = x
}

var whereRules = map[filter.Kind]string{
	filter.SyntaxProblem:  whereSyntax,
	filter.SupportProblem: whereSupported,
	filter.NameProblem:    whereName,
	filter.TypeProblem:    whereType,
}

// wherePos points into the literal when the file is at hand and has the filter as one literal without escapes. Otherwise the place
// within the filter is returned for the message.
func (d *projectionDraft) wherePos(text string, offset int) (pos Position, place string) {
	pos = d.pos("source[0].where")
	line, ok := d.r.texts.line(pos.Path, pos.Line-1)
	if !ok || pos.Column > len(line) {
		return pos, fmt.Sprintf(", character %d", offset+1)
	}
	line = line[pos.Column-1:]
	start := strings.IndexAny(line, `"'`) + 1
	if start == 0 || !strings.HasPrefix(line[start:], text) {
		return pos, fmt.Sprintf(", character %d", offset+1)
	}
	pos.Column += start + offset
	return pos, ""
}

var deletions = map[evgenpb.ProjectionOptions_Source_OnDelete]OnDelete{
	evgenpb.ProjectionOptions_Source_DELETE_ROW:    DeleteRow,
	evgenpb.ProjectionOptions_Source_CLEAR_COLUMNS: ClearColumns,
	evgenpb.ProjectionOptions_Source_KEEP:          Keep,
}

// resolveOnDelete needs the columns.
func (d *projectionDraft) resolveOnDelete() {
	if d.Source == nil {
		return
	}
	d.Source.OnDelete = deletions[d.source.GetOnDelete()]
	if d.Source.OnDelete != ClearColumns {
		return
	}
	pos := d.pos("source[0].on_delete")
	switch {
	case len(d.Source.ForEach) > 0:
		d.errorf(pos, clearColumns, "CLEAR_COLUMNS leaves rows, and with for_each nothing says which").help("use DELETE_ROW or KEEP")
	case len(d.Columns) == len(d.Key):
		d.errorf(pos, clearColumns, "CLEAR_COLUMNS has nothing to clear: all columns are key").help("use DELETE_ROW or KEEP")
	}
}
