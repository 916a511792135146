package schema

import "fmt"

// report is a diagnostic that may still get a help text and related places.
type report struct{ d *Diagnostic }

// errorf reports an error; the rule's severity must be Error.
func (r *resolver) errorf(pos Position, rule, format string, args ...any) report {
	return r.report(Diagnostic{ID: rule, Severity: Error, Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// warnf reports a warning; the rule's severity must be Warning. Warnings of files that no code is generated for are dropped at the end.
func (r *resolver) warnf(pos Position, rule, format string, args ...any) report {
	return r.report(Diagnostic{ID: rule, Severity: Warning, Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (r *resolver) report(d Diagnostic) report {
	r.diagnostics = append(r.diagnostics, &d)
	return report{&d}
}

// help adds the next step, e.g., did you mean "order_id"?
func (p report) help(format string, args ...any) report {
	p.d.Help = fmt.Sprintf(format, args...)
	return p
}

// didYouMean adds the candidate that is nearest to name, if one is near.
func (p report) didYouMean(name string, candidates []string) {
	if near := nearest(name, candidates); near != "" {
		p.help("did you mean %q?", near)
	}
}

// related adds another place.
func (p report) related(pos Position, format string, args ...any) report {
	p.d.Related = append(p.d.Related, Related{pos, fmt.Sprintf(format, args...)})
	return p
}
