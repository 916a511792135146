// Command tally reads what go test -json prints, shows what a reader of a build log wants of it, and counts. Its last line is
//
//	N passed, N failed
//
// It reads the files that it is given, or standard input. It fails when a test failed, when none passed, and when one that
// -need names did not pass, so that a run which skips its subject is no success.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("tally", flag.ContinueOnError)
	quiet := flags.Bool("quiet", false, "print the last line only")
	var needed []string
	flags.Func("need", "package.Test that must have passed, may be repeated", func(name string) error {
		needed = append(needed, name)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	log := stdout
	if *quiet {
		log = io.Discard
	}
	c := newCount(log)
	if err := c.readAll(flags.Args(), stdin); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d passed, %d failed\n", c.passed, c.failed)
	return c.verdict(needed)
}
