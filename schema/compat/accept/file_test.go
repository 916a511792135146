package accept_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
)

var _ = golden.Update // go test ./... -update reaches this package, too

const good = `# What we answer for.
version: 1
accept:
  - rule: KEY_FIELD_CHANGED
    subject: acme.orders.v1.OrderPlaced
    from: 123456789012
    to: 123456789e12
    reason: no producer has written to the topic yet
    owner: "@orders"
    expires: 2027-01-31
  - { rule: FIELD_NO_DELETE, subject: "orders-value", from: "000000000000", to: "0b1010101010", reason: r, owner: o, expires: "2027-02-28" }
renames:
  - was: acme.orders.v1.OrderPlaced
    now: acme.orders.v1.OrderSubmitted
`

var placedIsSubmitted = compat.Rename{Was: "acme.orders.v1.OrderPlaced", Now: "acme.orders.v1.OrderSubmitted"}

func TestReadReturnsEntriesAndRenamesWithTheirPositions(t *testing.T) {
	t.Parallel()
	got, err := accept.Read("evgen.accept.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, column int) schema.Position {
		return schema.Position{Path: "evgen.accept.yaml", Line: line, Column: column}
	}
	want := &accept.File{
		Entries: []accept.Entry{
			{
				Rule: "KEY_FIELD_CHANGED", Subject: "acme.orders.v1.OrderPlaced", From: "123456789012", To: "123456789e12",
				Reason: "no producer has written to the topic yet", Owner: "@orders",
				Expires: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Pos: at(4, 11),
			},
			{
				Rule: "FIELD_NO_DELETE", Subject: "orders-value", From: "000000000000", To: "0b1010101010",
				Reason: "r", Owner: "o", Expires: time.Date(2027, 2, 28, 0, 0, 0, 0, time.UTC), Pos: at(11, 13),
			},
		},
		Renames: []accept.Rename{{Rename: placedIsSubmitted, Pos: at(13, 10)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]compat.Rename{placedIsSubmitted}, got.TypeRenames()); diff != "" {
		t.Errorf("renames (-want +got):\n%s", diff)
	}
}

func TestFileWithoutContentAcceptsNothing(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "\n", "# nothing yet\n", "version: 1\n", "version: 1\naccept: []\nrenames:\n"} {
		got, err := accept.Read("evgen.accept.yaml", []byte(raw))
		if err != nil || len(got.Entries)+len(got.Renames) > 0 {
			t.Errorf("%q: %v, %v", raw, got, err)
		}
	}
}

func TestReadSaysWhereAndWhatIsWrong(t *testing.T) {
	t.Parallel()
	const second = `  - { rule: FIELD_NO_DELETE, subject: "orders-value", from: "000000000000", to: "0b1010101010", reason: r, owner: o, expires: "2027-02-28" }
`
	for _, c := range []struct{ old, wrong, want string }{
		{"version: 1", "vrsion: 1", `x:2:1: unknown key "vrsion" (did you mean version?)`},
		{"version: 1\n", "", `x: it says no version: write "version: 1"`},
		{"version: 1", "version: 2", "x:2:10: version is 2, and this evgen reads version 1"},
		{"version: 1", "version: one", `x:2:10: want a number, got "one"`},
		{"expires: 2027-01-31", "expire: 2027-01-31", `x:10:5: unknown key "expire" (did you mean accept.expires?)`},
		{"\n    reason: no producer has written to the topic yet", "", "x:4:9: the entry says too little: write its reason (why nobody is harmed)"},
		{"reason: no producer has written to the topic yet", "reason:", "x:8:12: the entry says too little: write its reason (why nobody is harmed)"},
		{`owner: "@orders"`, `owner: " "`, "x:9:12: the entry says too little: write its owner (whom to ask)"},
		{"    expires: 2027-01-31\n", "", "x:4:9: the entry says too little: write its expires (the last day on which it holds, e.g., 2027-01-31)"},
		{"expires: 2027-01-31", "expires: 2027-02-30", `x:10:14: "2027-02-30" is not a day: write it as 2027-01-31`},
		{"expires: 2027-01-31", "expires: never", `x:10:14: "never" is not a day: write it as 2027-01-31`},
		{"expires: 2027-01-31", "expires: [2027-01-31]", `x:10:14: want a text, got "["`},
		{"from: 123456789012", "from: 12345", `x:6:11: "12345" is no fingerprint: copy the 12 hexadecimal digits that evgen check prints`},
		{"to: 123456789e12", "to: customer_id1", `x:7:9: "customer_id1" is no fingerprint: copy the 12 hexadecimal digits that evgen check prints`},
		{second, second + second, "x:12:5: the entry accepts the same change as the one in line 11: remove one of them"},
		{"  - was: acme.orders.v1.OrderPlaced\n    now: acme.orders.v1.OrderSubmitted\n", "  - acme.orders.v1.OrderPlaced\n",
			`x:13:5: want a section, got "acme.orders.v1.OrderPlaced"`},
		{"now: acme.orders.v1.OrderSubmitted", "now: acme.orders.v1.", `x:14:10: "acme.orders.v1." is no full name: write it as acme.orders.v1.OrderPlaced`},
		{"now: acme.orders.v1.OrderSubmitted", "now: acme.orders.v1.OrderPlaced", "x:14:10: acme.orders.v1.OrderPlaced has the same name before and after"},
		{"OrderSubmitted\n", "OrderSubmitted\n  - { was: acme.orders.v1.OrderPlaced, now: a.B }\n", "x:15:12: acme.orders.v1.OrderPlaced is renamed in line 13 already"},
		{"OrderSubmitted\n", "OrderSubmitted\n  - { was: a.B, now: acme.orders.v1.OrderSubmitted }\n",
			"x:15:22: acme.orders.v1.OrderSubmitted is the new name of another type in line 13 already"},
		{"renames:", "---\nversion: 1\nrenames:", "x:12:1: a second document: evgen reads one"},
		{`owner: "@orders"`, "owner: @orders", "x:9:12: '@' is a reserved character"},
	} {
		raw := strings.Replace(good, c.old, c.wrong, 1)
		if raw == good {
			t.Fatalf("there is no %q in the file", c.old)
		}
		_, err := accept.Read("x", []byte(raw))
		if err == nil {
			t.Errorf("%q: no error; want %s", c.wrong, c.want)
			continue
		}
		if diff := cmp.Diff(c.want, err.Error()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.wrong, diff)
		}
	}
}
