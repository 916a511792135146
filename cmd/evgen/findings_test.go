package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/report"
	"github.com/evgen-dev/evgen/schema"
)

const held = `message OrderHeld {
  option (evgen.v1.event) = { kind: EVENT };
  string order_id = 1 [(evgen.v1.field).key = true];
}
`

// TestWhatIsGoneIsShownInTheFileThatHadIt has a project below the repository, whose root is where services look for paths.
func TestWhatIsGoneIsShownInTheFileThatHadIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w workplace)
		want   string
	}{
		"the file is there": {
			func(w workplace) { w.edit(orderFile, held, "") },
			"services/shop/" + orderFile + ":7",
		},
		"the file has no event any more": {
			func(w workplace) { w.write(orderFile, "syntax = \"proto3\";\npackage shop.v1;\n") },
			"services/shop/" + orderFile + ":2",
		},
		"the file is gone": {
			func(w workplace) {
				w.move(orderFile, "order.txt")
				w.write("proto/other.proto", "syntax = \"proto3\";\n")
			},
			"services/shop/evgen.yaml:1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := newWorkplace(t, "")
			w := workplace{t, filepath.Join(root.dir, "services", "shop")}
			w.unpack(shop)
			w.write("evgen.yaml", "version: 1\n")
			w.edit(orderFile, "message Order {", held+"message Order {")
			root.commit()
			c.change(w)
			code, stdout, stderr := runEvgen(t, w.dir, "check", "--against", "git:HEAD", "--format", "gitlab")
			if code != exitFindings {
				t.Fatalf("exit %d: %s", code, stderr)
			}
			if got := gitLabPlace(t, stdout, "event shop.v1.OrderHeld is gone"); got != c.want {
				t.Errorf("it is put at %s, want %s", got, c.want)
			}
		})
	}
}

// gitLabPlace returns path:line of the finding whose description begins so.
func gitLabPlace(t *testing.T, text, description string) string {
	t.Helper()
	var issues []struct {
		Description string
		Location    struct {
			Path  string
			Lines struct{ Begin int }
		}
	}
	if err := json.Unmarshal([]byte(text), &issues); err != nil {
		t.Fatal(err)
	}
	for _, i := range issues {
		if strings.HasPrefix(i.Description, description) {
			return fmt.Sprintf("%s:%d", i.Location.Path, i.Location.Lines.Begin)
		}
	}
	return ""
}

// TestDescribedRulesLeadToTheirHeadings follows the links of evgen's rules into the document.
func TestDescribedRulesLeadToTheirHeadings(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if heading, ok := strings.CutPrefix(line, "### "); ok {
			anchors[report.RulesURL+"#"+strings.ToLower(strings.TrimSpace(heading))] = true
		}
	}
	links := 0
	for _, r := range (&project{}).knownRules() {
		if r.URL != "" && !anchors[r.URL] {
			t.Errorf("%s leads to %s, which is not there", r.ID, r.URL)
		}
		links += len(r.URL)
	}
	if links == 0 {
		t.Error("no rule has a link")
	}
}

// TestProfilesDescribeTheirOwnRules is about names that evgen and other tools give to different rules.
func TestProfilesDescribeTheirOwnRules(t *testing.T) {
	t.Parallel()
	for _, profile := range gate.Profiles() {
		seen := map[string]bool{}
		for _, r := range (&project{profile: profile}).knownRules() {
			if seen[r.ID] {
				t.Errorf("%s: rule %s is described twice", profile, r.ID)
			}
			seen[r.ID] = true
		}
		own := profile == gate.Evgen
		got := map[string]bool{"MESSAGE_REMOVED": seen["MESSAGE_REMOVED"], "FIELD_NO_DELETE": seen["FIELD_NO_DELETE"], gate.LockStale: seen[gate.LockStale]}
		want := map[string]bool{"MESSAGE_REMOVED": own, "FIELD_NO_DELETE": gate.IsBuf(profile), gate.LockStale: true}
		if diff := cmp.Diff(want, got); diff != "" || !seen[schema.Rules()[0].ID] {
			t.Errorf("%s describes (-want +got):\n%s", profile, diff)
		}
	}
}
