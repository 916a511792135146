// Package golden_test compares what is generated now with the checked-in files below this directory and below examples/gen, which are
// compiled and vetted with all other code, and executed by the behavior tests. Run it with -update after a change of the generator, and read
// the difference before you commit it.
package golden_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/generator/output"
	"github.com/evgen-dev/evgen/internal/golden"
)

func TestGeneratedFilesAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	var changes []output.Change
	var packages []string
	for _, c := range goldenCases(t) {
		files := c.generate(t)
		changes = append(changes, c.compare(t, files)...)
		packages = append(packages, folders(files)...)
	}
	if !golden.Update() {
		for _, c := range changes {
			t.Errorf("%s would be %s", c.Name, c.Kind)
		}
		if diff := output.Diff(changes); diff != "" {
			t.Errorf("generated files differ from the golden ones (-golden +generated):\n%s", diff)
		}
		return
	}
	build(t, changes, packages)
	if err := output.Apply("..", changes); err != nil {
		t.Fatal(err)
	}
}

// compare returns how the golden files of the case differ from the generated ones. Nothing else is in its folder, so what is
// superfluous there goes, whoever wrote it.
func (c goldenCase) compare(t *testing.T, files []generator.File) []output.Change {
	t.Helper()
	changes, err := output.Compare("..", filepath.Join("..", filepath.FromSlash(c.output)), files)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range files {
		known[f.Name] = true
		if !strings.HasPrefix(f.Name, c.output+"/") {
			t.Errorf("%s is not below %s: correct go_package", f.Name, c.output)
		}
	}
	for _, change := range changes {
		known[change.Name] = true
	}
	return append(changes, extras(t, c.output, known)...)
}

// extras returns the files below dir that are not known, as removals.
func extras(t *testing.T, dir string, known map[string]bool) []output.Change {
	t.Helper()
	var extras []output.Change
	root := filepath.Join("..", filepath.FromSlash(dir))
	if _, err := os.Stat(root); err != nil {
		return nil // a new case
	}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		name, _ := filepath.Rel("..", path)
		name = filepath.ToSlash(name)
		if err != nil || d.IsDir() || known[name] {
			return err
		}
		content, err := os.ReadFile(path)
		extras = append(extras, output.Change{Kind: output.Remove, Name: name, Old: content})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return extras
}

// folders returns the packages that files are in, as the go command is told of them.
func folders(files []generator.File) []string {
	var folders []string
	for _, f := range files {
		folders = append(folders, "./"+path.Dir(f.Name))
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// build compiles the tree as it would be after the changes, with and without the tag that makes hybrid messages opaque, so that broken code never
// becomes golden. Each package is named: a pattern would leave out one that a build constraint has emptied.
func build(t *testing.T, changes []output.Change, packages []string) {
	t.Helper()
	overlay := writeOverlay(t, changes)
	for _, tags := range []string{"", "protoopaque"} {
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"build", "-overlay", overlay, "-tags", tags}, packages...)...)
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("generated code does not compile, nothing was written: %v\n%s", err, out)
		}
	}
}

// writeOverlay returns the file for go build -overlay that makes the changes.
func writeOverlay(t *testing.T, changes []output.Change) string {
	t.Helper()
	dir := t.TempDir()
	replace := map[string]string{}
	for _, c := range changes {
		name, err := filepath.Abs(filepath.Join("..", filepath.FromSlash(c.Name)))
		if err != nil {
			t.Fatal(err)
		}
		replace[name] = "" // removed
		if c.Kind == output.Remove {
			continue
		}
		replace[name] = filepath.Join(dir, strings.ReplaceAll(c.Name, "/", "+"))
		if err := os.WriteFile(replace[name], c.New, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
