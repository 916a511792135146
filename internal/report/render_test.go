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
