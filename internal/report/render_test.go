package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/internal/report"
)

func cases() map[string][]report.Finding {
	return map[string][]report.Finding{
		"clean":    nil,
		"lint":     lintFindings(),
		"gate":     report.Open(gateFindings()),
		"accepted": acceptedFindings(),
		"nasty":    nastyFindings(),
	}
}

func render(t *testing.T, format string, found []report.Finding) string {
	t.Helper()
	var b strings.Builder
	if err := report.Render(&b, format, found, tool()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFormatsLookAsTheirGoldensDo(t *testing.T) {
	t.Parallel()
	for name, found := range cases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := txtar.Archive{}
			for _, format := range report.Formats() {
				got.Files = append(got.Files, txtar.File{Name: format, Data: []byte(render(t, format, found))})
			}
			compareGolden(t, filepath.Join("testdata", name+".txtar"), txtar.Format(&got))
		})
	}
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if golden.Update() {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

func TestUnknownFormatIsAnError(t *testing.T) {
	t.Parallel()
	err := report.Render(&strings.Builder{}, "xml", nil, tool())
	if err == nil || err.Error() != `render findings: unknown format "xml"` {
		t.Errorf("error %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestEachFormatReportsAFailedWrite(t *testing.T) {
	t.Parallel()
	for _, format := range report.Formats() {
		if err := report.Render(full{}, format, lintFindings(), tool()); err == nil {
			t.Errorf("%s: no error", format)
		}
	}
}

func TestSettlePutsWhatIsGoneWhereItWas(t *testing.T) {
	t.Parallel()
	for lines, want := range map[int]report.Place{
		0:  {}, // the file is gone, too
		5:  {Path: "held.proto", Line: 5},
		90: {Path: "held.proto", Line: 8},
	} {
		found := report.Open(gateFindings())
		report.Settle(found, func(c *report.Change) (string, int) {
			if c.Was.Path != "acme/orders/v1/held.proto" {
				t.Errorf("asked for %s", c.Was.Path)
			}
			return "held.proto", lines
		})
		got := []report.Place{found[0].Place, found[3].Place, found[4].Place}
		if diff := cmp.Diff([]report.Place{report.Open(gateFindings())[0].Place, want, {}}, got); diff != "" {
			t.Errorf("places with %d lines (-want +got):\n%s", lines, diff)
		}
		whole := found[3:4]
		whole[0].Place = report.Place{Path: "another.proto"} // it has moved as a whole
		report.Settle(whole, func(*report.Change) (string, int) { return "held.proto", lines })
		if whole[0].Path != "another.proto" || whole[0].Line > 0 {
			t.Errorf("a finding in another file was put at %v", whole[0].Place)
		}
	}
}

func TestRelocateReplacesPathsOfTheSourcesAlone(t *testing.T) {
	t.Parallel()
	found := acceptedFindings()
	report.Relocate(found, func(path string) string { return "x/" + path })
	f := found[0]
	got := []string{f.Path, f.Change.Was.Path, f.Accepted.Place.Path, found[4].Path}
	want := []string{"x/" + orders, "acme/orders/v1/orders.proto", "x/evgen.accept.yaml", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}
