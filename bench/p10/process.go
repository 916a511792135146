package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// sample is what one run of a process took.
type sample struct {
	wall, cpu time.Duration // cpu: user and system
	memory    int64         // peak resident size in bytes
}

// process runs a program in a directory and returns what it took and printed. Findings are no failure: evgen exits with 1 for them, buf with 100.
//
// On Linux the peak of a process counts from that of the one which started it, so this program must stay small: see [findPair].
func process(ctx context.Context, dir, name string, args ...string) (sample, []byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && (exit.ExitCode() == 1 || exit.ExitCode() == 100) {
		err = nil
	}
	if err != nil {
		return sample{}, nil, fmt.Errorf("run %s %s: %w\n%s%s", name, strings.Join(args, " "), err, stdout.Bytes(), stderr.Bytes())
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return sample{}, nil, errors.New("this system does not tell what a process took")
	}
	return sample{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak(usage)}, stdout.Bytes(), nil
}

// median returns the medians, each by itself.
func median(samples []sample) sample {
	return sample{
		medianOf(samples, func(s sample) time.Duration { return s.wall }),
		medianOf(samples, func(s sample) time.Duration { return s.cpu }),
		medianOf(samples, func(s sample) int64 { return s.memory }),
	}
}

func medianOf[T cmp.Ordered](samples []sample, of func(sample) T) T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
