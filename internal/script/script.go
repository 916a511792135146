// Package script runs command lines against a small tree of files and compares what they print with what is written down. A script is a txtar
// archive: its comment says what it shows, and has the command lines behind a "$ "; its files are the tree; its last file,
// called want, is the transcript:
//
//	Nothing is written while an annotation is wrong.
//
//	$ evgen generate
//	$ ls gen
//	-- proto/shop.proto --
//	…
//	-- want --
//	$ evgen generate
//	proto/shop.proto:7:3: EV012: …
//	2> evgen: nothing is written: 1 error
//	[exit 1]
//	$ ls gen
//	[exit 1]
//
// Standard error follows standard output, each line behind "2> ". go test -update writes transcripts anew.
package script

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/evgen-dev/evgen/internal/golden"
)

// Command is a program that runs in this process: in directory dir, with args after its own name. It returns its exit code.
type Command func(dir string, args []string, stdout, stderr io.Writer) int

// transcript is the archive's file that has the expected output.
const transcript = "want"

// Run runs each script of a folder as a parallel subtest. The commands are those given and a few of the shell: see shell.go.
func Run(t *testing.T, folder string, commands map[string]Command) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("find scripts in %s: %d files, %v", folder, len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runFile(t, file, commands)
		})
	}
}

func runFile(t *testing.T, file string, commands map[string]Command) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n := len(a.Files) - 1
	if n < 0 || a.Files[n].Name != transcript {
		a.Files = append(a.Files, txtar.File{Name: transcript})
		n++
	}
	dir := t.TempDir()
	if err := unpack(dir, a.Files[:n]); err != nil {
		t.Fatal(err)
	}
	got := play(dir, string(a.Comment), commands)
	if golden.Update() {
		a.Files[n].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(a.Files[n].Data), got); diff != "" {
		t.Errorf("%s: the transcript differs (-want +got):\n%s", file, diff)
	}
}

func unpack(dir string, files []txtar.File) error {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// play runs the command lines of a comment and returns the transcript. The name of the directory in it is $WORK.
func play(dir, comment string, commands map[string]Command) string {
	var b strings.Builder
	for line := range strings.Lines(comment) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
		if !ok {
			continue
		}
		fmt.Fprintf(&b, "$ %s\n", command)
		var stdout, stderr bytes.Buffer
		code := execute(dir, strings.Fields(command), commands, &stdout, &stderr)
		writeLines(&b, "", stdout.String())
		writeLines(&b, "2> ", stderr.String())
		if code != 0 {
			fmt.Fprintf(&b, "[exit %d]\n", code)
		}
	}
	return strings.ReplaceAll(b.String(), dir, "$WORK")
}

func execute(dir string, words []string, commands map[string]Command, stdout, stderr io.Writer) int {
	command, ok := commands[words[0]]
	if !ok {
		command, ok = shell[words[0]]
	}
	if !ok {
		fmt.Fprintf(stderr, "script: there is no command %s\n", words[0])
		return 127
	}
	return command(dir, words[1:], stdout, stderr)
}

// writeLines ends each line, so that the next command starts a new one. Lines that a txtar archive would take for the start of a file are indented.
func writeLines(b *strings.Builder, prefix, text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(prefix+line, "-- ") {
			line = " " + line
		}
		fmt.Fprintf(b, "%s%s\n", prefix, line)
	}
}
