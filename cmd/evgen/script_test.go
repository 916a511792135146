package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/internal/script"
	"github.com/evgen-dev/evgen/schema/source"
)

const scripts = "../../testdata/script"

func TestCommandsDoWhatTheirScriptsSay(t *testing.T) {
	t.Parallel()
	script.Run(t, scripts, map[string]script.Command{
		"evgen":    evgenCommand(t),
		"buildset": buildSet(t),
	})
}

// evgenCommand is evgen as a script calls it.
func evgenCommand(t *testing.T) script.Command {
	return func(dir string, args []string, stdout, stderr io.Writer) int {
		return run(t.Context(), process{append([]string{"evgen"}, args...), dir, strings.NewReader(""), stdout, stderr, someDay})
	}
}

// buildSet is buildset ROOT FILE: it writes the descriptor set of a directory, as buf build does.
func buildSet(t *testing.T) script.Command {
	return func(dir string, args []string, _, stderr io.Writer) int {
		set, found, err := source.Compile(t.Context(), []source.Tree{source.Dir(filepath.Join(dir, args[0]))}, nil)
		if err != nil || set == nil {
			fmt.Fprint(stderr, found, err)
			return 1
		}
		raw, err := proto.Marshal(set.Files)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, args[1]), raw, 0o644)
		}
		return conclude(stderr, err)
	}
}

// TestScriptsShowEachCommandAndExitCode keeps the scripts complete. A bug of evgen (70) cannot be scripted: see TestBugSaysWhatToReport.
func TestScriptsShowEachCommandAndExitCode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(scripts + "/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	want := []string{"[exit 1]", "[exit 2]", "[exit 3]", "[exit 4]"}
	for _, c := range newRootCommand("", someDay).Commands() {
		want = append(want, "$ evgen "+c.Name()+" ")
	}
	for _, w := range want {
		if !strings.Contains(all.String(), w) {
			t.Errorf("no script of %s shows %s", scripts, w)
		}
	}
}
