package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// measureService checks a service's repository in which one event has changed since the last commit but one.
func measureService(ctx context.Context, t tools, dir string, runs int) error {
	if err := writeService(ctx, dir); err != nil {
		return err
	}
	var starts, checks []sample
	for range runs {
		start, _, err := process(ctx, dir, t.evgen, "version")
		if err != nil {
			return err
		}
		check, out, err := process(ctx, dir, t.evgen, "check", "--against", "git:HEAD~1", "--format", "json")
		if err != nil {
			return err
		}
		if !strings.Contains(string(out), "KEY_FIELD_CHANGED") {
			return fmt.Errorf("evgen check did not find the changed key:\n%s", out)
		}
		starts, checks = append(starts, start), append(checks, check)
	}
	start, check := median(starts), median(checks)
	fmt.Printf("P10, service: %d events in %d files, the key of one changed, against git:HEAD~1; whole process, median of %d runs\n\n", services, services, runs)
	fmt.Println("| | wall time | CPU time | peak memory | goal |")
	fmt.Println("|---|---|---|---|---|")
	fmt.Printf("| evgen check | %d ms | %d ms | %d MB | 100 ms |\n", check.wall.Milliseconds(), check.cpu.Milliseconds(), check.memory/1e6)
	fmt.Printf("| of that, to start: evgen version | %d ms | %d ms | %d MB | |\n", start.wall.Milliseconds(), start.cpu.Milliseconds(), start.memory/1e6)
	return nil
}

// services is how many files the repository has, with one event each.
const services = 12

func writeService(ctx context.Context, dir string) error {
	for i := range services {
		if err := writeEvent(dir, i, "id"); err != nil {
			return err
		}
	}
	if err := commit(ctx, dir, "init", "--quiet"); err != nil {
		return err
	}
	if err := writeEvent(dir, 4, "parent_id"); err != nil {
		return err
	}
	return commit(ctx, dir)
}

// commit commits everything, after an optional first command.
func commit(ctx context.Context, dir string, first ...string) error {
	commands := [][]string{first, {"add", "."}, {"-c", "user.name=p10", "-c", "user.email=p10@example.org", "commit", "--quiet", "--message", "events"}}
	for _, args := range commands {
		if len(args) == 0 {
			continue
		}
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

func writeEvent(dir string, i int, key string) error {
	name := filepath.Join(dir, "proto", "shop", fmt.Sprintf("part%d", i), "v1", "events.proto")
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(event(i, key)), 0o644)
}

func event(i int, key string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `syntax = "proto3";

package shop.part%d.v1;

import "evgen/v1/options.proto";
import "google/protobuf/timestamp.proto";

option go_package = "example.org/shop/part%[1]d/v1;partv1";
option (evgen.v1.file) = { owner: "@shop/part%[1]d" };

// Part%[1]dChanged says what a part of the shop is now.
message Part%[1]dChanged {
  option (evgen.v1.event) = { topic: "part%[1]d", kind: DOCUMENT };

`, i)
	for n, field := range []string{"id", "parent_id"} {
		annotation := ""
		if field == key {
			annotation = " [(evgen.v1.field).key = true]"
		}
		fmt.Fprintf(&b, "  string %s = %d%s;\n", field, n+1, annotation)
	}
	b.WriteString("  int64 revision = 3 [(evgen.v1.field).revision = MONOTONIC];\n  google.protobuf.Timestamp changed_at = 4;\n")
	for n := range 20 {
		fmt.Fprintf(&b, "  // Property %d of the part.\n  string property_%[1]d = %d;\n", n, n+5)
	}
	b.WriteString("  repeated Line lines = 40;\n\n  message Line {\n    string sku = 1;\n    int64 cents = 2;\n  }\n}\n")
	return b.String()
}
