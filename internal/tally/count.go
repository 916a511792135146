package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of go test -json; see go doc test2json.
type event struct {
	Action  string // e.g., run, output, pass, fail, skip
	Package string // e.g., github.com/evgen-dev/evgen/runtime/event
	Test    string // e.g., TestKeys/composite; empty for the package itself
	Output  string
}

// count adds up the events of one or several runs.
type count struct {
	log            io.Writer
	passed, failed int
	ok             map[string]bool             // package.Test of what passed in some run
	output         map[string]*strings.Builder // package.Test to what it printed so far
	broken         map[string]bool             // packages with a failed test in the present run
}

func newCount(log io.Writer) *count {
	return &count{log: log, ok: map[string]bool{}, output: map[string]*strings.Builder{}, broken: map[string]bool{}}
}

// readAll reads the named files, or stdin when there are none.
func (c *count) readAll(files []string, stdin io.Reader) error {
	if len(files) == 0 {
		return c.read(stdin)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := c.read(bytes.NewReader(content)); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}

// read takes one stream. What is not JSON, e.g., a message of make, goes to the log as it is.
func (c *count) read(r io.Reader) error {
	clear(c.broken)
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		var e event
		if json.Unmarshal(line, &e) == nil {
			c.add(e)
		} else {
			fmt.Fprintf(c.log, "%s", line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (c *count) add(e event) {
	switch {
	case e.Test != "":
		c.addTest(e)
	case e.Action == "fail" && !c.broken[e.Package]:
		// It did not build, its TestMain failed, or it ran out of time: no test stands for it.
		c.failed++
	case (e.Action == "output" || e.Action == "build-output") && worthReading(e.Output):
		fmt.Fprint(c.log, e.Output)
	}
}

// worthReading leaves out what repeats the line of the package.
func worthReading(output string) bool {
	return output != "PASS\n" && output != "FAIL\n" && !strings.HasSuffix(output, "[no test files]\n")
}

func (c *count) addTest(e event) {
	name := e.Package + "." + e.Test
	switch e.Action {
	case "output":
		if c.output[name] == nil {
			c.output[name] = new(strings.Builder)
		}
		c.output[name].WriteString(e.Output)
		return
	case "pass":
		c.passed++
		c.ok[name] = true
	case "skip": // its reason is news to nobody who reads the log of a passing run
	case "fail":
		c.failed++
		c.broken[e.Package] = true
		if out := c.output[name]; out != nil {
			fmt.Fprint(c.log, out)
		}
	default:
		return
	}
	delete(c.output, name)
}

// verdict is nil when the runs proved something: nothing failed, something passed, and so did each of needed.
func (c *count) verdict(needed []string) error {
	switch {
	case c.failed > 0:
		return fmt.Errorf("tests failed: %d", c.failed)
	case c.passed == 0:
		return errors.New("no test ran")
	}
	for _, name := range needed {
		if !c.ok[name] {
			return fmt.Errorf("%s did not pass: was it skipped, or renamed?", name)
		}
	}
	return nil
}
