// Package corpus writes proto files of the shape of a large public API repository, in an old and a new state, from a seed.
//
// Real repositories of that size cannot be kept here. What makes them expensive can be imitated: thousands of files in versioned packages,
// imports that are many levels deep, options of one's own on most methods and fields, and comments in a third of the lines.
package corpus

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// Shape says how much is written. The same shape gives the same bytes.
type Shape struct {
	Seed    uint64
	Files   int // in the old state; the new one has a few more
	Changes int // from the old state to the new one
}

// Googleapis is about what googleapis is, and 1,000 commits of it.
var Googleapis = Shape{Seed: 1, Files: 7000, Changes: 2000}

// Result says what was written.
type Result struct {
	Files, Lines, Bytes int // of the old state
	Depth               int // how many files the longest chain of imports has
	Changed             int // files that differ or are in one state only
	// Findings are the numbers of changes that break something, by the rule of buf's category FILE.
	Findings map[string]int
}

// Write writes the two states below two directories.
func Write(s Shape, oldDir, newDir string) (Result, error) {
	files := build(s)
	before := render(files)
	random := rand.New(rand.NewPCG(s.Seed, 2))
	result := Result{Depth: depth(files), Findings: map[string]int{}}
	files = change(files, s.Changes, random, result.Findings)
	after := render(files)
	for path, text := range before {
		result.Files++
		result.Lines += strings.Count(text, "\n")
		result.Bytes += len(text)
		if after[path] != text {
			result.Changed++
		}
	}
	result.Changed += len(after) - len(before)
	if err := writeAll(oldDir, before); err != nil {
		return Result{}, err
	}
	return result, writeAll(newDir, after)
}

func render(files []*file) map[string]string {
	texts := make(map[string]string, len(files))
	for _, f := range files {
		texts[f.path] = f.String()
	}
	return texts
}

func writeAll(dir string, texts map[string]string) error {
	for path, text := range texts {
		name := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return fmt.Errorf("write corpus: %w", err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write corpus: %w", err)
		}
	}
	return nil
}

// depth returns the length of the longest chain of imports; files come after what they import.
func depth(files []*file) int {
	deepest, of := 0, map[string]int{}
	for _, f := range files {
		for _, path := range f.imports {
			of[f.path] = max(of[f.path], of[path])
		}
		of[f.path]++
		deepest = max(deepest, of[f.path])
	}
	return deepest
}
