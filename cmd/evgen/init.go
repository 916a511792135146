package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/mod/module"
)

// initialization is one call of init.
type initialization struct {
	*globals
	module string // to make a go.mod for
	stdout io.Writer
	stderr io.Writer
}

func newInitCommand(g *globals) *cobra.Command {
	job := &initialization{globals: g}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Start a project: an annotated event, a projection, a service and its test",
		Example: "  evgen init                               # inside a Go module\n" +
			"  evgen init --module example.com/accounts # in an empty directory",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job.stdout, job.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return job.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&job.module, "module", "", "path of the Go module to begin, when there is none yet")
	return cmd
}

func (job *initialization) run(ctx context.Context) error {
	prefix, own, err := job.goPrefix()
	if err != nil {
		return err
	}
	s := scaffold{dir: job.cwd(), GoPrefix: prefix}
	if own {
		s.module = job.module
	}
	if err := s.write(); err != nil {
		return err
	}
	for _, f := range s.files() {
		fmt.Fprintln(job.stderr, "created", f.path)
	}
	generation := &generation{globals: job.globals, stdout: job.stdout, stderr: job.stderr}
	if err := generation.run(ctx, nil); err != nil {
		return err
	}
	if !job.quiet {
		job.tell()
	}
	return nil
}

// goPrefix returns the import path of the project's directory, and whether its Go module has to be made.
func (job *initialization) goPrefix() (prefix string, own bool, err error) {
	root, name, err := goModule(job.cwd())
	switch {
	case errors.Is(err, errNoModule) && job.module == "":
		return "", false, errors.New("find the Go module: there is no go.mod here or above: name one, e.g., evgen init --module example.com/accounts")
	case errors.Is(err, errNoModule):
		if err := module.CheckImportPath(job.module); err != nil {
			return "", false, fmt.Errorf("begin a Go module: %w: name it as others would import it, e.g., example.com/accounts", err)
		}
		return job.module, true, nil
	case err != nil:
		return "", false, err
	}
	rel, err := filepath.Rel(root, job.cwd())
	if err != nil {
		return "", false, err
	}
	prefix = path.Join(name, filepath.ToSlash(rel))
	if job.module != "" && job.module != prefix {
		return "", false, fmt.Errorf("begin module %s: this directory is %s already: leave out --module", job.module, prefix)
	}
	return prefix, false, nil
}

// nextSteps are lines to copy.
const nextSteps = `  go mod tidy          # fetch what the example needs
  go test ./...        # duplicates, late events and a deletion, without a broker
  go tool evgen dev    # a Kafka broker on 127.0.0.1:9092 with the topics of this project
  go run ./accounts    # in another terminal: publish, project, read back
then change proto/accounts/v1/accounts.proto, and go generate ./...
`

// tell prints what to do next.
func (job *initialization) tell() {
	fmt.Fprint(job.stderr, "\nnext:\n")
	if !hasTool(job.cwd()) {
		fmt.Fprintf(job.stderr, "  go get -tool %s@latest\n", toolPath)
	}
	fmt.Fprint(job.stderr, nextSteps)
}
