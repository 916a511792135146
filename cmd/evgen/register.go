package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/evgen-dev/evgen/internal/registration"
	"github.com/evgen-dev/evgen/schema/contract"
)

// enrolment is one call of register.
type enrolment struct {
	*globals
	dryRun   bool
	exitCode bool
	stdout   io.Writer
	stderr   io.Writer
}

func newRegisterCommand(g *globals) *cobra.Command {
	job := &enrolment{globals: g}
	cmd := &cobra.Command{
		Use:   "register",
		Short: "Put the schemas of the events into the schema registry",
		Long: "Put the schemas of the events into the schema registry of evgen.yaml, each after those that it imports, and set the level of each event's\n" +
			"subject. What is there already stays; registering again changes nothing. If one would be refused, nothing is written.\n" +
			"User and password come from " + registryUser + " and " + registryPassword + ".",
		Example: "  evgen register --dry-run             # say what would change\n" +
			"  evgen register --dry-run --exit-code # exit 3 if something would\n" +
			"  evgen register",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job.stdout, job.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return job.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&job.dryRun, "dry-run", false, "change nothing, print what would change")
	cmd.Flags().BoolVar(&job.exitCode, "exit-code", false, "with --dry-run: exit 3 if something would change")
	return cmd
}

func (job *enrolment) run(ctx context.Context) error {
	if job.exitCode && !job.dryRun {
		return errors.New("register: --exit-code is for --dry-run")
	}
	if job.format != "text" && job.format != "json" {
		return fmt.Errorf("register: --format %s is for findings: it prints text or json", job.format)
	}
	p, err := load(job.globals)
	if err != nil {
		return err
	}
	entries, err := p.registrations(ctx, job.stdout)
	if err != nil {
		return err
	}
	client, err := p.registry()
	if err != nil {
		return err
	}
	do := registration.Apply
	if job.dryRun {
		do = registration.Preview
	}
	var steps []registration.Step
	err = do(ctx, client, entries, func(s registration.Step) {
		steps = append(steps, s)
		job.tell(s)
	})
	if err != nil {
		return environmentOf(err)
	}
	return job.conclude(steps)
}

// registrations are what the project has to register.
func (p *project) registrations(ctx context.Context, stdout io.Writer) ([]registration.Entry, error) {
	set, found, err := p.compile(ctx)
	if err != nil {
		return nil, err
	}
	if set == nil {
		return nil, errors.Join(p.printFindings(stdout, found), exit(exitFindings, nil))
	}
	files, err := set.Descriptors()
	if err != nil {
		return nil, exit(exitBug, err)
	}
	model, found := set.Resolve(files)
	if model == nil {
		return nil, errors.Join(p.printFindings(stdout, found), exit(exitFindings, nil))
	}
	entries, err := registration.Plan(files, contract.Of(model))
	if err == nil && len(entries) == 0 {
		err = errors.New("register: this project has no event to register")
	}
	return entries, err
}
