package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/internal/report"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/baseline"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
	"github.com/evgen-dev/evgen/schema/compat/buf"
)

// checking is one call of check.
type checking struct {
	*globals
	against     []string
	profile     string
	level       string
	roots       string
	rootsGiven  bool
	environment string
	allowNew    bool
	output      string
	stdout      io.Writer
	stderr      io.Writer
}

func newCheckCommand(g *globals) *cobra.Command {
	job := &checking{globals: g}
	cmd := &cobra.Command{
		Use:   "check --against <baseline>",
		Short: "Say what a change breaks for those who read and write the events",
		Long: "Compare the event contracts of this project with those of a baseline, and say who breaks, in which direction, and in which order to\n" +
			"deploy. A baseline is git:<revision>, dir:<directory>, image:<descriptor set>, lock:<evgen.lock> or registry.\n" +
			"What cannot be compared is never a pass.",
		Example: "  evgen check --against git:origin/main\n" +
			"  evgen check --against git:main...HEAD                         # where the branch began\n" +
			"  evgen check --against registry --against lock:released.lock   # what is in production\n" +
			"  evgen check --against dir:../released --profile buf:WIRE_JSON\n" +
			"  evgen check --against git:v1.4.0 --format sarif --output evgen.sarif",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job.stdout, job.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			job.rootsGiven = cmd.Flags().Changed("roots")
			return job.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&job.against, "against", nil, "baseline; may be given several times")
	flags.StringVar(&job.profile, "profile", gate.Evgen, "rules: "+strings.Join(gate.Profiles(), ", "))
	flags.StringVar(&job.level, "level", "", "compatibility level, e.g., FULL_TRANSITIVE (default: what each event asks for)")
	flags.StringVar(&job.roots, "roots", "events", "what counts: events, with all that they reach, or all messages")
	flags.StringVar(&job.environment, "env", "", "environment of evgen.yaml whose brokers are asked for the settings of topics")
	flags.BoolVar(&job.allowNew, "allow-new", false, "what the baseline does not know at all is new: the subject of an event, or the whole project")
	flags.StringVar(&job.output, "output", "", "file for the findings in the form of --format; text goes to standard output")
	return cmd
}

// comparison is what is compared with what.
type comparison struct {
	*project
	job     *checking
	specs   []baseline.Spec
	modules []buf.Module // for the profiles of buf
	terms   gate.Terms
	current *gate.Trees
	state   *gate.State // of current; its snapshot is nil until [comparison.whole]
	accept  *accept.File
	found   []compat.Finding
}

func (job *checking) run(ctx context.Context) error {
	specs, err := job.parse()
	if err != nil {
		return err
	}
	c, err := job.prepare(ctx)
	if err != nil {
		return err
	}
	c.specs = specs
	for _, spec := range specs {
		if err := c.compare(ctx, spec); err != nil {
			return c.refuse(err)
		}
	}
	if err := c.compareCluster(ctx); err != nil {
		return err
	}
	return c.conclude(ctx)
}

// parse checks the flags before anything is read.
func (job *checking) parse() ([]baseline.Spec, error) {
	if len(job.against) == 0 {
		return nil, errors.New("check: it needs something to compare with: --against git:origin/main, for example")
	}
	var specs []baseline.Spec
	for _, text := range job.against {
		spec, err := baseline.Parse(text)
		if err != nil {
			return nil, err
		}
		specs = append(specs, spec)
	}
	if job.roots != "events" && job.roots != "all" {
		return nil, nearest.Unknown("--roots", job.roots, []string{"events", "all"})
	}
	if !slices.Contains(gate.Profiles(), job.profile) {
		return nil, nearest.Unknown("--profile", job.profile, gate.Profiles())
	}
	if job.profile != gate.Evgen {
		return specs, job.checkForeign(specs)
	}
	return specs, nil
}

// checkForeign refuses what the profiles of other tools have no idea of.
func (job *checking) checkForeign(specs []baseline.Spec) error {
	only := func(flag, why string) error {
		return fmt.Errorf("check: %s is for the profile %s, and %s %s", flag, gate.Evgen, job.profile, why)
	}
	for _, spec := range specs {
		switch spec.Kind {
		case baseline.Registry:
			return only("--against registry", "has no part in it: the registry is asked for its own verdict")
		case baseline.Lock:
			return only("--against "+spec.String(), "compares proto files, which a lock does not have")
		}
	}
	switch {
	case job.level != "":
		return only("--level", "does not look at it")
	case job.environment != "":
		return only("--env", "knows nothing of topics")
	case job.rootsGiven:
		return only("--roots", "always judges all messages")
	}
	return nil
}

// prepare reads the project itself.
func (job *checking) prepare(ctx context.Context) (*comparison, error) {
	p, err := load(job.globals)
	if err != nil {
		return nil, err
	}
	p.profile, p.output = job.profile, job.output
	c := &comparison{job: job, project: p, terms: gate.Terms{All: job.roots == "all"}}
	if err := c.configure(); err != nil {
		return nil, err
	}
	if c.state, err = c.current.Contracts(ctx); err != nil {
		return nil, c.refuse(err)
	}
	if c.state.Files == 0 {
		return nil, errors.New("check: this project has no proto files: run evgen init, or set proto.roots in evgen.yaml")
	}
	return c, nil
}

// configure reads what the project says of itself, and by what terms to judge.
func (c *comparison) configure() (err error) {
	if c.job.level != "" {
		level, err := parseLevel(c.job.level)
		if err != nil {
			return fmt.Errorf("--level: %w", err)
		}
		c.terms.Level = &level
	}
	if c.accept, err = c.acceptFile(); err != nil {
		return err
	}
	c.terms.Renames = c.accept.TypeRenames()
	if gate.IsBuf(c.job.profile) {
		if c.modules, err = c.bufModules(); err != nil {
			return err
		}
	}
	roots, deps, err := c.config.Roots(c.files())
	if err != nil {
		return err
	}
	c.current = &gate.Trees{Label: "this tree", Roots: c.open(roots), Deps: c.open(deps)}
	c.trees = slices.Concat(c.current.Roots, c.current.Deps)
	return nil
}

// parseLevel takes the names of registries, and UNCHECKED, as annotations call NONE.
func parseLevel(name string) (compat.Level, error) {
	if strings.EqualFold(name, schema.Unchecked.String()) {
		return compat.LevelNone, nil
	}
	return compat.ParseLevel(name)
}

// acceptFile reads evgen.accept.yaml; a project need not have one.
func (p *project) acceptFile() (*accept.File, error) {
	file := filepath.Join(p.dir, accept.FileName)
	raw, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return &accept.File{}, nil
	}
	if err != nil {
		return nil, err
	}
	return accept.Read(p.show(file), raw)
}

// refuse tells what keeps a baseline from being compared with.
func (c *comparison) refuse(err error) error {
	unsound, ok := errors.AsType[*gate.UnsoundError](err)
	switch {
	case ok && unsound.Side.Name() == c.current.Name():
		return errors.Join(c.printFindings(c.job.stdout, unsound.Diagnostics), exit(exitFindings, nil))
	case ok:
		found, side := report.Diagnostics(unsound.Diagnostics), unsound.Side
		report.Relocate(found, func(path string) string { return side.Name() + ":" + side.Filename(path) })
		return errors.Join(c.printReport(c.job.stdout, found), exit(exitFindings, fmt.Errorf("check: the proto files of %s have %s: compare with a baseline that compiles",
			side.Name(), count(unsound.Diagnostics))))
	}
	if e, ok := errors.AsType[*baseline.Error](err); ok && e.Class == baseline.Usage {
		return err
	}
	return coded(exitEnvironment, err)
}
