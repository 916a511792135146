package report_test

import (
	"errors"
	"time"

	"github.com/evgen-dev/evgen/internal/report"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
)

const orders = "proto/acme/orders/v1/orders.proto"

var rekeyed = compat.Effect{
	Breaks:      compat.Identity | compat.State,
	OldConsumer: "sees two entities; the stale row under the old key stays",
	NewConsumer: "both kinds of key interleave",
	Replay:      "old records under old keys: two streams per entity",
	Steps: []string{
		"create a new topic",
		"copy the records under their new keys up to a noted offset, and write to both",
		"move consumers at that offset",
		"stop writing to the old topic",
		"drop the old topic",
	},
}

// gateFindings are what the gate finds: a break with everything, a warning about a type that an event reaches, one without effects, one in a file that
// is gone, and one that says something could not be compared.
func gateFindings() []compat.Finding {
	return []compat.Finding{
		{
			Rule: "KEY_FIELD_CHANGED", Severity: schema.Error,
			Subject: "acme.orders.v1.OrderPlaced", Event: "acme.orders.v1.OrderPlaced",
			Message: "key of acme.orders.v1.OrderPlaced is order_id, was customer_id", Help: "a key never changes: send the event to a new topic",
			New:  place(orders, 12, 23, 41),
			Old:  place("acme/orders/v1/orders.proto", 11, 26, 44),
			From: "customer_id", To: "order_id", Baseline: "git:origin/main", Effect: &rekeyed,
		},
		{
			Rule: "ENUM_VALUE_ADDED", Severity: schema.Warning, Subject: "acme.orders.v1.State.STATE_HELD", Event: "acme.orders.v1.OrderPlaced",
			Message: "acme.orders.v1.State has the new value STATE_HELD", New: place(orders, 40, 3, 13),
			To: "STATE_HELD = 4", Baseline: "git:origin/main",
			Effect: &compat.Effect{Breaks: compat.Forward, OldConsumer: "takes its default branch", NewConsumer: "none", Replay: "none",
				Steps: []string{"consumers first"}},
		},
		{
			Rule: "FIELD_NO_DELETE", Severity: schema.Error, Subject: "acme.orders.v1.OrderPlaced.note",
			Message: "field 7 of acme.orders.v1.OrderPlaced is gone", New: message(orders, 10, 30),
			Old: place("acme/orders/v1/orders.proto", 18, 3, 24), From: "note = 7", Baseline: "git:origin/main",
		},
		{
			Rule: "EVENT_TYPE_REMOVED", Severity: schema.Error, Subject: "acme.orders.v1.OrderHeld", Event: "acme.orders.v1.OrderHeld",
			Message: "event acme.orders.v1.OrderHeld is gone", Old: place("acme/orders/v1/held.proto", 8, 1, 2),
			From: "acme.orders.v1.OrderHeld", Baseline: "git:origin/main",
		},
		{
			Rule: "SUBJECT_UNKNOWN", Severity: schema.Error, Subject: "orders-value",
			Message: "the registry does not know the subject orders-value", Help: "pass --allow-new if it is new", Baseline: "registry",
		},
	}
}

// message is a place over several lines, such as what a field is gone from.
func message(file string, from, to int) compat.Place {
	return compat.Place{File: file, Start: schema.Position{Path: file, Line: from, Column: 1}, End: schema.Position{Path: file, Line: to, Column: 2}}
}

func place(file string, line, from, to int) compat.Place {
	return compat.Place{
		File: file, Start: schema.Position{Path: file, Line: line, Column: from}, End: schema.Position{Path: file, Line: line, Column: to},
	}
}

// acceptedFindings are those of the gate, with the first accepted.
func acceptedFindings() []report.Finding {
	found := gateFindings()
	e, _ := accept.EntryFor(found[0])
	e.Reason, e.Owner = "no record has been written", "@orders"
	e.Expires = time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	e.Pos = schema.Position{Path: "evgen.accept.yaml", Line: 3, Column: 11}
	return append(report.Accepted([]accept.Accepted{{Finding: found[0], Entry: e}}), report.Open(found[1:])...)
}

func lintFindings() []report.Finding {
	return report.Diagnostics(schema.Diagnostics{
		{ID: "EV012", Pos: schema.Position{Path: orders, Line: 8, Column: 5}, End: schema.Position{Line: 8, Column: 11},
			Message: `event acme.orders.v1.OrderPlaced: key "ordr_id" is not a field`, Help: `did you mean "order_id"?`},
		{ID: "EV011", Pos: schema.Position{Path: orders, Line: 20, Column: 1}, End: schema.Position{Line: 24, Column: 2},
			Message: "topic orders is declared twice",
			Related: []schema.Related{{Pos: schema.Position{Path: "proto/other.proto", Line: 3, Column: 9}, Message: "declared here, too"}}},
		{ID: "EV113", Severity: schema.Warning, Pos: schema.Position{Path: orders, Line: 9, Column: 3}, Message: "event has no owner"},
		{ID: "EV113", Severity: schema.Warning, Pos: schema.Position{Path: orders, Line: 19, Column: 3}, Message: "event has no owner"},
		{ID: "EV005", Pos: schema.Position{Path: "set.binpb"}, Message: "decode descriptor set: unexpected EOF"},
	})
}

// nastyFindings are texts and names that a format could take for its own syntax.
func nastyFindings() []report.Finding {
	evil := "a: b, c%0A::error::100% \"q\" 'q' <a href=\"x\">&amp;</a> ]]> {0} [x](y) `c` \\n"
	control := "bell\a tab\t nul\x00 esc\x1b[31m cr\r lf\n del\x7f nel\u0085 rtl\u202e bom\ufeff bad\xff\xfe end\uffff"
	return []report.Finding{
		{Rule: "EV001", Message: evil, Help: evil, Place: report.Place{Path: `pro to/a:b,c%41/ü#?<&>"\.proto`, Line: 2, Column: 4, EndLine: 2, EndColumn: 6}},
		{Rule: "EV001", Message: control, Place: report.Place{Path: "odd\npath\t.proto", Line: 1, Column: 1}},
		{Rule: "EV001", Message: "größer 大きさ 🎉", Place: report.Place{Path: "unicode.proto", Line: 2, Column: 20, EndLine: 2, EndColumn: 24}},
		{Rule: "EV001", Message: "past the end of its line", Place: report.Place{Path: "unicode.proto", Line: 2, Column: 2000}},
		{Rule: "EV001", Message: "past the end of its file", Place: report.Place{Path: "unicode.proto", Line: 2000, Column: 1}},
		{Rule: "EV001", Message: "a:b in front", Place: report.Place{Path: "a:b/c.proto"}},
		{Rule: "EV001", Message: "absolute", Place: report.Place{Path: "/srv/a b.proto", Line: 3, Column: 1}},
		{Rule: "EV001", Message: "nowhere"},
		{Rule: "EV001", Message: "nowhere", Severity: schema.Warning},
		{Rule: "", Message: ""},
		{Rule: "KEY", Message: "m", Change: &report.Change{Subject: evil, Event: control, Baseline: control, From: evil, To: control,
			Was: report.Place{Path: "old\n.proto", Line: 1, Column: 1}, Effect: &compat.Effect{OldConsumer: control, Replay: evil, Steps: []string{control, evil}}, Entry: &accept.Entry{Rule: "KEY", Subject: control, From: "a", To: "b"}}},
	}
}

func tool() report.Tool {
	rules := report.LintRules([]schema.Rule{{ID: "EV012", Name: "key-path", Severity: schema.Error, Summary: "A key path leads to a field."}})
	gate := report.GateRules([]compat.Rule{
		{ID: "KEY_FIELD_CHANGED", Group: "identity", Summary: "The key is taken from another field.", Effect: rekeyed, Severity: compat.Always},
		{ID: "ENUM_VALUE_ADDED", Group: "payload", Summary: "An open enum has a new value.", Effect: compat.Effect{Breaks: compat.Forward}},
	})
	return report.Tool{Version: "v1.2.3", Rules: append(rules, gate...), Source: func(path string) ([]byte, error) {
		switch path {
		case "unicode.proto":
			return []byte("first\n\t// größer 🎉 大きさ\n"), nil
		case orders:
			return []byte("x\n\n\n\n\n\n\n    key: x\n  option x;\nmessage OrderPlaced {\n  x\n  /* ö */ string order_id = 1 [(key) = true];\n"), nil
		}
		return nil, errors.New("there is none")
	}}
}
