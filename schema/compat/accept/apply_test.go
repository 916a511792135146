package accept_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
)

var (
	now     = time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)
	rekeyed = compat.Finding{
		Rule: "KEY_FIELD_CHANGED", Subject: "acme.orders.v1.OrderPlaced", From: "customer_id", To: "order_id", Baseline: "git:origin/main",
	}
	moved = compat.Finding{
		Rule: "TOPIC_RENAMED", Subject: "acme.orders.v1.OrderPlaced", From: "orders", To: "orders-v2", Baseline: "git:origin/main",
	}
)

// fileFor accepts findings until the day of now.
func fileFor(t *testing.T, findings ...compat.Finding) *accept.File {
	t.Helper()
	f := &accept.File{}
	for i, finding := range findings {
		e, ok := accept.EntryFor(finding)
		if !ok {
			t.Fatalf("%s has no entry", finding.Rule)
		}
		e.Reason, e.Owner, e.Expires = "r", "@orders", now.Truncate(24*time.Hour)
		e.Pos = schema.Position{Path: accept.FileName, Line: i + 1, Column: 11}
		f.Entries = append(f.Entries, e)
	}
	return f
}

// want compares an outcome: the rules of open and accepted findings, and the texts of problems.
func want(t *testing.T, got accept.Outcome, open, accepted []string, problems string) {
	t.Helper()
	var o, a []string
	for _, f := range got.Open {
		o = append(o, f.Rule)
	}
	for _, f := range got.Accepted {
		a = append(a, f.Rule)
	}
	if diff := cmp.Diff([][]string{open, accepted}, [][]string{o, a}); diff != "" {
		t.Errorf("open and accepted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(problems, got.Problems.String()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestEntryAcceptsItsChangeAndNoOther(t *testing.T) {
	t.Parallel()
	f := fileFor(t, rekeyed)
	got := f.Apply([]compat.Finding{moved, rekeyed}, now)
	want(t, got, []string{"TOPIC_RENAMED"}, []string{"KEY_FIELD_CHANGED"}, "")
	if diff := cmp.Diff(f.Entries[0], got.Accepted[0].Entry); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}

func TestNoFileAcceptsNothing(t *testing.T) {
	t.Parallel()
	want(t, (&accept.File{}).Apply([]compat.Finding{rekeyed}, now), []string{"KEY_FIELD_CHANGED"}, nil, "")
}

func TestNextChangeOfTheSameThingIsNotAccepted(t *testing.T) {
	t.Parallel()
	next, back := rekeyed, rekeyed
	next.From, next.To = rekeyed.To, "buyer_id"
	back.From, back.To = rekeyed.To, rekeyed.From
	for _, f := range []compat.Finding{next, back} {
		e, _ := accept.EntryFor(f)
		want(t, fileFor(t, rekeyed).Apply([]compat.Finding{f}, now), []string{"KEY_FIELD_CHANGED"}, nil,
			"evgen.accept.yaml:1:11: warning: ACCEPT_UNUSED: the entry for KEY_FIELD_CHANGED of acme.orders.v1.OrderPlaced accepts nothing: "+
				"the change is another one now, from "+e.From+" to "+e.To+" (judge it anew, then write its fingerprints)\n")
	}
}

func TestChangeIsTheSameAgainstEveryBaseline(t *testing.T) {
	t.Parallel()
	older := rekeyed
	older.Baseline, older.New = "version 3 of subject orders-value", compat.Place{File: "moved.proto"}
	want(t, fileFor(t, rekeyed).Apply([]compat.Finding{rekeyed, older}, now), nil, []string{"KEY_FIELD_CHANGED", "KEY_FIELD_CHANGED"}, "")
}

func TestSpentEntryIsReportedAndHarmsNobody(t *testing.T) {
	t.Parallel()
	const unused = "evgen.accept.yaml:1:11: warning: ACCEPT_UNUSED: the entry for KEY_FIELD_CHANGED of acme.orders.v1.OrderPlaced accepts nothing: " +
		"there is no such change (remove it)\n"
	want(t, fileFor(t, rekeyed).Apply(nil, now), nil, nil, unused)
	want(t, fileFor(t, rekeyed).Apply(nil, now.AddDate(1, 0, 0)), nil, nil, unused) // expired, too
}

func TestSlipInARuleOrASubjectIsNotTakenForASpentEntry(t *testing.T) {
	t.Parallel()
	const unused = "evgen.accept.yaml:1:11: warning: ACCEPT_UNUSED: the entry for "
	for help, slip := range map[string]func(e *accept.Entry){
		"KEY_FEILD_CHANGED of acme.orders.v1.OrderPlaced accepts nothing: there is no such change (did you mean KEY_FIELD_CHANGED of acme.orders.v1.OrderPlaced?)": func(e *accept.Entry) { e.Rule = "KEY_FEILD_CHANGED" },
		"KEY_FIELD_CHANGED of OrderPlaced accepts nothing: there is no such change (did you mean KEY_FIELD_CHANGED of acme.orders.v1.OrderPlaced?)":                func(e *accept.Entry) { e.Subject = "OrderPlaced" },
		"KEY_FEILD_CHANGED of acme.orders.v1.OrderPlaced accepts nothing: there is no such change (did you mean KEY_FIELD_CHANGED? If not, remove it)":             func(e *accept.Entry) { e.Rule, e.To = "KEY_FEILD_CHANGED", "000000000000" },
		"KEY_FIELD_CHANGED of acme.orders.v1.OrdrPlaced accepts nothing: there is no such change (did you mean acme.orders.v1.OrderPlaced? If not, remove it)":     func(e *accept.Entry) { e.Subject, e.To = "acme.orders.v1.OrdrPlaced", "000000000000" },
		"SOMETHING_ELSE of billing.v2.Invoice accepts nothing: there is no such change (remove it)": func(e *accept.Entry) {
			e.Rule, e.Subject, e.To = "SOMETHING_ELSE", "billing.v2.Invoice", "000000000000"
		},
	} {
		f := fileFor(t, rekeyed)
		slip(&f.Entries[0])
		want(t, f.Apply([]compat.Finding{moved, rekeyed}, now), []string{"TOPIC_RENAMED", "KEY_FIELD_CHANGED"}, nil, unused+help+"\n")
	}
}

func TestEntryHoldsThroughItsLastDayInUTC(t *testing.T) {
	t.Parallel()
	f := fileFor(t, rekeyed)
	midnight := now.Truncate(24*time.Hour).AddDate(0, 0, 1)
	west := time.FixedZone("", -8*60*60)
	for _, still := range []time.Time{now, midnight.Add(-time.Nanosecond), midnight.Add(-time.Nanosecond).In(west)} {
		want(t, f.Apply([]compat.Finding{rekeyed}, still), nil, []string{"KEY_FIELD_CHANGED"}, "")
	}
	for _, over := range []time.Time{midnight, midnight.In(west)} {
		want(t, f.Apply([]compat.Finding{rekeyed}, over), []string{"KEY_FIELD_CHANGED"}, nil,
			"evgen.accept.yaml:1:11: ACCEPT_EXPIRED: the entry for KEY_FIELD_CHANGED of acme.orders.v1.OrderPlaced has expired on 2026-11-21 "+
				"(@orders knows whether it still holds)\n")
	}
}

func TestEntryExpiresWithinAYear(t *testing.T) {
	t.Parallel()
	f := fileFor(t, rekeyed)
	f.Entries[0].Expires = time.Date(2027, 11, 21, 0, 0, 0, 0, time.UTC)
	want(t, f.Apply([]compat.Finding{rekeyed}, now), nil, []string{"KEY_FIELD_CHANGED"}, "")
	f.Entries[0].Expires = time.Date(2027, 11, 22, 0, 0, 0, 0, time.UTC)
	got := f.Apply([]compat.Finding{rekeyed}, now)
	want(t, got, nil, []string{"KEY_FIELD_CHANGED"},
		"evgen.accept.yaml:1:11: ACCEPT_TOO_LONG: the entry for KEY_FIELD_CHANGED of acme.orders.v1.OrderPlaced expires on 2027-11-22, "+
			"more than a year from now (let it expire within a year, and renew it then if need be)\n")
	if !got.Problems.HasErrors() {
		t.Error("it is no error")
	}
}

// TestNobodyAcceptsWhatCouldNotBeCompared writes the entry by hand, with the fingerprints that such a finding has.
func TestNobodyAcceptsWhatCouldNotBeCompared(t *testing.T) {
	t.Parallel()
	unseen := compat.Finding{Rule: "SUBJECT_UNKNOWN", Subject: "orders-value", Baseline: "registry"}
	nameless := compat.Finding{Rule: "BASELINE_UNREADABLE", From: "a", To: "b"}
	f := &accept.File{}
	for _, u := range []compat.Finding{unseen, nameless} {
		if _, ok := accept.EntryFor(u); ok {
			t.Errorf("%s has an entry", u.Rule)
		}
		from, to := u.Fingerprints()
		f.Entries = append(f.Entries, accept.Entry{Rule: u.Rule, Subject: u.Subject, From: from, To: to, Expires: now})
	}
	want(t, f.Apply([]compat.Finding{unseen, nameless}, now), []string{"SUBJECT_UNKNOWN", "BASELINE_UNREADABLE"}, nil,
		": warning: ACCEPT_UNUSED: the entry for BASELINE_UNREADABLE of  accepts nothing: this could not be compared, and nobody can accept what nobody has seen\n"+
			": warning: ACCEPT_UNUSED: the entry for SUBJECT_UNKNOWN of orders-value accepts nothing: this could not be compared, and nobody can accept what nobody has seen\n")
}

func TestProblemsHaveRules(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, r := range accept.Rules() {
		ids = append(ids, r.ID)
	}
	if diff := cmp.Diff([]string{"ACCEPT_EXPIRED", "ACCEPT_TOO_LONG", "ACCEPT_UNUSED"}, ids); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}
