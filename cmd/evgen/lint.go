package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/evgen-dev/evgen/generator"
)

// linting is one call of lint.
type linting struct {
	*globals
	strict bool
	stdout io.Writer
	stderr io.Writer
}

func newLintCommand(g *globals) *cobra.Command {
	job := &linting{globals: g}
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Say what is wrong with the annotations",
		Example: "  evgen lint          # exit 1 on errors\n" +
			"  evgen lint --strict # also on warnings",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job.stdout, job.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return job.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&job.strict, "strict", false, "exit 1 on warnings, too")
	return cmd
}

// run takes the whole pipeline but for writing, so that it finds all that generate would.
func (job *linting) run(ctx context.Context) error {
	p, err := load(job.globals)
	if err != nil {
		return err
	}
	_, parameter, err := p.destination()
	if errors.Is(err, errNoModule) {
		// Without a Go module nothing can be outside of it.
		parameter, err = generator.DefaultOptions().Parameter(), nil
	}
	if err != nil {
		return err
	}
	set, found, err := p.compile(ctx)
	if err != nil {
		return err
	}
	if set != nil {
		if _, found, err = generate(set, parameter, found); err != nil {
			return exit(exitBug, err)
		}
	}
	found = found.Without(p.config.Lint.Disable...)
	if err := p.printFindings(job.stdout, found); err != nil {
		return err
	}
	if !job.quiet && len(found) > 0 {
		fmt.Fprintln(job.stderr, count(found))
	}
	if found.HasErrors() || job.strict && len(found) > 0 {
		return exit(exitFindings, nil)
	}
	return nil
}
