package schema

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// docOf returns the leading comment of a declaration as prose: without comment signs, and without evgen:ignore lines.
func docOf(d protoreflect.Descriptor) string {
	return prose(d.ParentFile().SourceLocations().ByDescriptor(d).LeadingComments)
}

// packageDoc returns the comment of a file's package statement.
func packageDoc(fd protoreflect.FileDescriptor) string {
	return prose(fd.SourceLocations().ByPath(protoreflect.SourcePath{2}).LeadingComments)
}

func prose(comment string) string {
	var lines []string
	for line := range strings.SplitSeq(comment, "\n") {
		line = strings.TrimRight(strings.TrimPrefix(line, " "), " \t\r")
		if !strings.HasPrefix(line, ignoreSign) {
			lines = append(lines, line)
		}
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// ignoreSign starts a comment that silences a warning: evgen:ignore EV113 owned by the platform team.
const ignoreSign = "evgen:ignore"

// ignore is one such comment. It is for the line that it is on and, if it stands alone, for the next line of code.
type ignore struct {
	pos         Position
	first, last int // lines that it covers
	id, reason  string
	used        bool
}

func (i *ignore) covers(d *Diagnostic) bool {
	return d.ID == i.id && d.Pos.Path == i.pos.Path && i.first <= d.Pos.Line && d.Pos.Line <= i.last
}

// applyIgnores removes the warnings that comments silence, and reports comments that do not.
func (r *resolver) applyIgnores() {
	var ignores []*ignore
	for _, f := range r.files {
		if r.targets[f.Desc.Path()] {
			ignores = append(ignores, r.ignoresOf(f.Desc)...)
		}
	}
	ignores = slices.DeleteFunc(ignores, func(i *ignore) bool { return !r.checkIgnore(i) })
	r.diagnostics = slices.DeleteFunc(r.diagnostics, func(d *Diagnostic) bool {
		silenced := false
		for _, i := range ignores {
			if i.covers(d) {
				i.used, silenced = true, true
			}
		}
		return silenced
	})
	for _, i := range ignores {
		if !i.used {
			r.warnf(i.pos, ignoreUnused, "evgen:ignore %s silences nothing", i.id).help("remove it, or put it on or above the line of the warning")
		}
	}
}

// checkIgnore says whether an ignore may have an effect, which none for an error has.
func (r *resolver) checkIgnore(i *ignore) bool {
	rule, known := RuleByID(i.id)
	switch {
	case !known:
		r.warnf(i.pos, ignoreInvalid, "evgen:ignore %q names no rule", i.id).help("write evgen:ignore EV113 and why")
	case rule.Severity == Error:
		r.warnf(i.pos, ignoreInvalid, "evgen:ignore %s: an error cannot be ignored", i.id).help("correct what it says")
	case i.reason == "":
		r.warnf(i.pos, ignoreInvalid, "evgen:ignore %s has no reason", i.id).help("add why, after the ID")
	default:
		return true
	}
	return false
}

func (r *resolver) ignoresOf(fd protoreflect.FileDescriptor) []*ignore {
	if text, ok := r.texts[fd.Path()]; ok {
		return ignoresInText(fd.Path(), text)
	}
	return r.ignoresInSourceInfo(fd)
}

// ignoresInText scans a source for line comments.
func ignoresInText(path, text string) []*ignore {
	var found, waiting []*ignore
	n := 0
	for line := range strings.Lines(text) {
		n++
		code, comment, column := splitComment(line)
		if !isBlank(code) {
			for _, i := range waiting {
				i.last = n
			}
			waiting = nil
		}
		if i := parseIgnore(comment); i != nil {
			i.pos, i.first, i.last = Position{path, n, column}, n, n
			found = append(found, i)
			if isBlank(code) {
				waiting = append(waiting, i)
			}
		}
	}
	return found
}

// splitComment splits a line at its // outside of a string; column is where the comment starts.
func splitComment(line string) (code, comment string, column int) {
	var quote byte
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && strings.HasPrefix(line[i:], "//"):
			return line[:i], line[i+2:], i + 1
		}
	}
	return line, "", 0
}

func parseIgnore(comment string) *ignore {
	rest, ok := strings.CutPrefix(strings.TrimSpace(comment), ignoreSign)
	if !ok {
		return nil
	}
	id, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	return &ignore{id: id, reason: strings.TrimSpace(reason)}
}

// ignoresInSourceInfo finds comments where the text is not at hand: those above and behind declarations and options. Such an ignore
// covers the first line of the declaration.
func (r *resolver) ignoresInSourceInfo(fd protoreflect.FileDescriptor) []*ignore {
	var found []*ignore
	locations := fd.SourceLocations()
	for n := range locations.Len() {
		loc := locations.Get(n)
		for line := range strings.Lines(loc.LeadingComments + "\n" + loc.TrailingComments) {
			if i := parseIgnore(line); i != nil {
				i.pos = r.texts.Position(fd.Path(), loc.StartLine, loc.StartColumn)
				i.first, i.last = i.pos.Line, i.pos.Line
				found = append(found, i)
			}
		}
	}
	return found
}
