package accept_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
)

func TestEntryForIsReadyButForWhatPeopleKnow(t *testing.T) {
	t.Parallel()
	e, ok := accept.EntryFor(rekeyed)
	if !ok {
		t.Fatal("no entry")
	}
	from, to := rekeyed.Fingerprints()
	want := `  - rule: KEY_FIELD_CHANGED
    subject: acme.orders.v1.OrderPlaced
    from: "` + from + `"
    to: "` + to + `"
    reason: <why nobody is harmed>
    owner: <whom to ask>
    expires: <YYYY-MM-DD within a year>
`
	if diff := cmp.Diff(want, e.String()); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	line := "- {rule: KEY_FIELD_CHANGED, subject: acme.orders.v1.OrderPlaced, from: \"" + from + "\", to: \"" + to +
		"\", reason: <why nobody is harmed>, owner: <whom to ask>, expires: <YYYY-MM-DD within a year>}"
	if diff := cmp.Diff(line, e.Line()); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

// TestEntryThatIsPastedAsItIsAsksForAllThatItLacks has both forms, and one that somebody has begun to fill in.
func TestEntryThatIsPastedAsItIsAsksForAllThatItLacks(t *testing.T) {
	t.Parallel()
	e, _ := accept.EntryFor(rekeyed)
	owned := e
	owned.Owner = "@orders"
	const reason, owner, expires = "reason (why nobody is harmed)", "owner (whom to ask)", "expires (the last day on which it holds, e.g., 2027-01-31)"
	for pasted, want := range map[string]string{
		e.String():                   "x:7:13: the entry says too little: write its " + reason + ", " + owner + " and " + expires,
		"  " + e.Line() + "\n":       "x:3:118: the entry says too little: write its " + reason + ", " + owner + " and " + expires,
		e.Line() + "\n":              "x:3:116: the entry says too little: write its " + reason + ", " + owner + " and " + expires,
		"    " + owned.Line() + "\n": "x:3:120: the entry says too little: write its " + reason + " and " + expires,
	} {
		_, err := accept.Read("x", []byte("version: 1\naccept:\n"+pasted))
		if err == nil || err.Error() != want {
			t.Errorf("%s\nerror %v; want %s", pasted, err, want)
		}
	}
}

func TestEntryIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, text := range nastyTexts {
		checkRoundTrip(t, text)
	}
}

var nastyTexts = []string{
	"a", "true", "NULL", "no", "~", "1", "1e3", "0x1f", ".inf", "2027-01-31", "- a", "a: b", "a #b", "#", "@orders", "&a", "*a", "!a", "|", ">", "%a", "`",
	"'", `"`, `\`, "{a}", "[a]", "a,b", ":.ctx:orders-value", "größer 大きさ 🎉", "two\nlines", "tab\t", "\x01", " ", " padded ", "<a&b>", "\u2028", "\u0085", "=", "---", "y",
}

// checkRoundTrip writes an entry with a text wherever it has one, and reads it.
func checkRoundTrip(t *testing.T, text string) {
	t.Helper()
	e, ok := accept.EntryFor(compat.Finding{Rule: "R" + text, Subject: text, From: text})
	if !ok {
		return
	}
	e.Reason, e.Owner, e.Expires = "because "+text, "@"+text, time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	if strings.TrimSpace(text) == "" {
		e.Subject = "_" // nothing but spaces is no name
	}
	got, err := accept.Read("x", []byte("version: 1\naccept:\n"+e.String()))
	if err != nil {
		t.Errorf("%q: %v\n%s", text, err, e)
		return
	}
	if diff := cmp.Diff([]accept.Entry{e}, got.Entries, cmpopts.IgnoreFields(accept.Entry{}, "Pos")); diff != "" {
		t.Errorf("%q (-written +read):\n%s", text, diff)
	}
}
