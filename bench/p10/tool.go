package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const bufVersion = "v1.73.0"

// tools are the programs that are measured.
type tools struct{ evgen, buf string }

func findTools(ctx context.Context, s settings, temp string) (tools, error) {
	t := tools{s.evgen, s.buf}
	if t.evgen == "" {
		t.evgen = filepath.Join(temp, "evgen")
		if err := goCommand(ctx, temp, "build", "-o", t.evgen, "github.com/evgen-dev/evgen/cmd/evgen"); err != nil {
			return tools{}, err
		}
	}
	if t.buf == "" {
		t.buf = filepath.Join(temp, "buf")
		if found, err := exec.LookPath("buf"); err == nil && isVersion(ctx, found) {
			t.buf = found
			return t, nil
		}
		if err := goCommand(ctx, temp, "install", "github.com/bufbuild/buf/cmd/buf@"+bufVersion); err != nil {
			return tools{}, err
		}
	}
	return t, nil
}

func isVersion(ctx context.Context, buf string) bool {
	out, err := exec.CommandContext(ctx, buf, "--version").Output()
	return err == nil && "v"+strings.TrimSpace(string(out)) == bufVersion
}

func goCommand(ctx context.Context, bin string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOBIN="+bin)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// versions are for the head of the table.
func (t tools) versions(ctx context.Context) string {
	_, evgen, _ := process(ctx, ".", t.evgen, "version")
	_, buf, _ := process(ctx, ".", t.buf, "--version")
	return fmt.Sprintf("%s, buf %s", strings.TrimSpace(string(evgen)), strings.TrimSpace(string(buf)))
}

// processor returns the name of the processor, where Linux tells it.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return "unknown processor"
}
