// Command p10 measures the compatibility gate against buf breaking, in the same run, and prints a table.
//
// It takes any two directories of proto files, and by default writes a corpus of the shape of googleapis. A second measurement is of what a
// developer waits for: one changed event in the git repository of a service.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"

	"github.com/evgen-dev/evgen/bench/corpus"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "p10:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	old, now    string
	evgen, buf  string
	runs        int
	serviceRuns int
	write       string
	shape       corpus.Shape
}

func run(ctx context.Context) error {
	s := settings{shape: corpus.Googleapis}
	flag.StringVar(&s.old, "old", "", "directory of the old state (default: a corpus)")
	flag.StringVar(&s.now, "new", "", "directory of the new state")
	flag.StringVar(&s.evgen, "evgen", "", "evgen to measure (default: built from this checkout)")
	flag.StringVar(&s.buf, "buf", "", "buf to measure (default: buf "+bufVersion+", installed if need be)")
	flag.IntVar(&s.runs, "runs", 3, "how often each is run, in turn")
	flag.IntVar(&s.serviceRuns, "service-runs", 20, "how often the small repository is checked")
	flag.IntVar(&s.shape.Files, "files", s.shape.Files, "files of the corpus")
	flag.IntVar(&s.shape.Changes, "changes", s.shape.Changes, "changes of the corpus")
	flag.StringVar(&s.write, "write", "", "only write the corpus, to old and new below this directory")
	flag.Parse()
	if s.write != "" {
		return writeCorpus(s)
	}
	temp, err := os.MkdirTemp("", "evgen-p10-")
	if err != nil {
		return err
	}
	return errors.Join(measure(ctx, s, temp), os.RemoveAll(temp))
}

func measure(ctx context.Context, s settings, temp string) error {
	t, err := findTools(ctx, s, temp)
	if err != nil {
		return err
	}
	pair, err := findPair(ctx, s, temp)
	if err != nil {
		return err
	}
	fmt.Printf("%s %s/%s, %d processors, %s; %s\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor(), t.versions(ctx))
	if err := measurePair(ctx, t, pair, s.runs); err != nil {
		return err
	}
	return measureService(ctx, t, filepath.Join(temp, "service"), s.serviceRuns)
}
