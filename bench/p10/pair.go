package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/evgen-dev/evgen/bench/corpus"
)

// pair is two states of a set of proto files.
type pair struct {
	old, now string
	about    string
	findings map[string]int // by rule, if they are known beforehand
}

func writeCorpus(s settings) error {
	result, err := corpus.Write(s.shape, filepath.Join(s.write, "old"), filepath.Join(s.write, "new"))
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// findPair returns the directories to compare. Another process writes the corpus: it takes memory, which would count as that of the processes
// that are measured.
func findPair(ctx context.Context, s settings, temp string) (pair, error) {
	if s.old != "" || s.now != "" {
		return absolute(s.old, s.now)
	}
	self, err := os.Executable()
	if err != nil {
		return pair{}, err
	}
	out, err := exec.CommandContext(ctx, self, "-write", temp,
		"-files", strconv.Itoa(s.shape.Files), "-changes", strconv.Itoa(s.shape.Changes)).Output()
	if err != nil {
		return pair{}, fmt.Errorf("write corpus: %w", err)
	}
	var r corpus.Result
	if err := json.Unmarshal(out, &r); err != nil {
		return pair{}, fmt.Errorf("write corpus: %w", err)
	}
	p := pair{old: filepath.Join(temp, "old"), now: filepath.Join(temp, "new"), findings: r.Findings}
	p.about = fmt.Sprintf("corpus of seed %d: %d files, %.1f M lines, %d MB, imports %d deep; %d changes in %d files",
		s.shape.Seed, r.Files, float64(r.Lines)/1e6, r.Bytes/1e6, r.Depth, s.shape.Changes, r.Changed)
	return p, nil
}

func absolute(old, now string) (pair, error) {
	p := pair{}
	var err error
	if p.old, err = filepath.Abs(old); err != nil {
		return pair{}, err
	}
	if p.now, err = filepath.Abs(now); err != nil {
		return pair{}, err
	}
	p.about = p.old + " and " + p.now
	return p, nil
}

// measurePair runs both tools in turn, and compares what they find.
func measurePair(ctx context.Context, t tools, p pair, runs int) error {
	var ours, theirs []sample
	found := 0
	for range runs {
		us, rules, err := measureTool(ctx, p.now, "rule", t.evgen, "check", "-C", p.now, "--against", "dir:"+p.old, "--profile", "buf:FILE", "--format", "json")
		if err != nil {
			return err
		}
		them, theirRules, err := measureTool(ctx, p.now, "type", t.buf, "breaking", ".", "--against", p.old, "--error-format", "json")
		if err != nil {
			return err
		}
		if p.findings != nil && !maps.Equal(rules, p.findings) {
			return fmt.Errorf("evgen found %v; want %v", rules, p.findings)
		}
		if !maps.Equal(rules, theirRules) {
			return fmt.Errorf("evgen found %v, and buf %v", rules, theirRules)
		}
		ours, theirs, found = append(ours, us), append(theirs, them), total(rules)
	}
	fmt.Printf("P10: %s; both find the same %d breaking changes; median of %d runs\n\n", p.about, found, runs)
	printRatios(median(ours), median(theirs))
	return nil
}

// measureTool runs a tool that prints one JSON object per finding, and counts them by rule, which is the value of a key.
func measureTool(ctx context.Context, dir, key, name string, args ...string) (sample, map[string]int, error) {
	s, out, err := process(ctx, dir, name, args...)
	if err != nil {
		return sample{}, nil, err
	}
	rules := map[string]int{}
	for line := range bytes.Lines(out) {
		var finding map[string]any
		if err := json.Unmarshal(line, &finding); err != nil {
			return sample{}, nil, fmt.Errorf("read findings of %s: %w", name, err)
		}
		rules[fmt.Sprint(finding[key])]++
	}
	return s, rules, nil
}

func total(rules map[string]int) int {
	n := 0
	for _, count := range slices.Collect(maps.Values(rules)) {
		n += count
	}
	return n
}

func printRatios(us, them sample) {
	fmt.Println("| | evgen check | buf breaking | ratio | goal |")
	fmt.Println("|---|---|---|---|---|")
	fmt.Printf("| wall time | %.1f s | %.1f s | %.2f | 0.33 |\n", us.wall.Seconds(), them.wall.Seconds(), us.wall.Seconds()/them.wall.Seconds())
	fmt.Printf("| CPU time | %.1f s | %.1f s | %.2f | |\n", us.cpu.Seconds(), them.cpu.Seconds(), us.cpu.Seconds()/them.cpu.Seconds())
	fmt.Printf("| peak memory | %d MB | %d MB | %.2f | 0.17 |\n\n", us.memory/1e6, them.memory/1e6, float64(us.memory)/float64(them.memory))
}
