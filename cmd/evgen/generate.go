package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/generator/output"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/source"
)

// generation is one call of generate.
type generation struct {
	*globals
	set    string // file of a descriptor set
	check  bool
	diff   bool
	stdout io.Writer
	stderr io.Writer
}

func newGenerateCommand(g *globals) *cobra.Command {
	job := &generation{globals: g}
	cmd := &cobra.Command{
		Use:   "generate [paths]",
		Short: "Write the .pb.go files, events and SQL",
		Long: "Write the .pb.go files, events and SQL of the project's proto files, or of the Go packages that the given files and " +
			"directories belong to.\nFiles that would not change are left alone; those of evgen that nothing declares any more are removed.",
		Example: "  evgen generate                  # all proto files of the project\n" +
			"  evgen generate proto/acme/sites # some of them\n" +
			"  evgen generate --check          # write nothing, exit 3 if something would change\n" +
			"  evgen generate --diff           # write nothing, show what would change",
		RunE: func(cmd *cobra.Command, paths []string) error {
			job.stdout, job.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return job.run(cmd.Context(), paths)
		},
	}
	cmd.Flags().BoolVar(&job.check, "check", false, "write nothing; exit 3 when files are out of date")
	cmd.Flags().BoolVar(&job.diff, "diff", false, "write nothing; print what would change as a unified diff")
	cmd.Flags().StringVar(&job.set, "descriptor-set", "", "read this FileDescriptorSet (of buf build or protoc) instead of proto files")
	return cmd
}

func (job *generation) run(ctx context.Context, paths []string) error {
	p, err := load(job.globals)
	if err != nil {
		return err
	}
	root, parameter, err := p.destination()
	if err != nil {
		return err
	}
	set, found, err := job.read(ctx, p)
	if err != nil {
		return err
	}
	var files []generator.File
	var whole source.Set // the lock is for all of the project, whatever paths say
	if set != nil {
		whole = *set
		whole.Targets = slices.Clone(set.Targets)
		if err := p.selectTargets(set, paths); err != nil {
			return err
		}
		files, found, err = generate(set, parameter, found)
		if err != nil {
			return exit(exitBug, err)
		}
	}
	found = found.Without(p.config.Lint.Disable...)
	if err := p.printFindings(job.stdout, found); err != nil {
		return err
	}
	if found.HasErrors() {
		return exit(exitFindings, fmt.Errorf("nothing is written: %s", count(found)))
	}
	d, err := job.compare(p, root, files, paths)
	if err != nil {
		return err
	}
	lock, err := p.lockFile(&whole)
	if err != nil {
		return exit(exitBug, err)
	}
	d.files += len(lock)
	if d.lock, err = output.Compare(p.dir, "", lock); err != nil {
		return exit(exitEnvironment, err)
	}
	return job.deliver(d)
}

func (job *generation) read(ctx context.Context, p *project) (*source.Set, schema.Diagnostics, error) {
	if job.set != "" {
		return p.readSet(job.set)
	}
	return p.compile(ctx)
}

// generate resolves and generates; the resolver knows the texts of the sources, so that positions are exact.
func generate(set *source.Set, parameter string, found schema.Diagnostics) ([]generator.File, schema.Diagnostics, error) {
	files, more, err := generator.Generate(set.Request(parameter), func(files []protoreflect.FileDescriptor) (*schema.Model, schema.Diagnostics) {
		return set.Resolve(files)
	})
	return files, append(found, more...), err
}

// delivery is what has to change on disk.
type delivery struct {
	*project
	root    string // of the generated files
	files   int
	changes []output.Change // below root
	lock    []output.Change // below the project's directory
}

func (d delivery) differs() int { return len(d.changes) + len(d.lock) }

// compare compares generated files with what is there.
func (job *generation) compare(p *project, root string, files []generator.File, paths []string) (delivery, error) {
	stale := p.dir
	if len(paths) > 0 {
		stale = "" // the files of other targets were not generated now
	}
	changes, err := output.Compare(root, stale, files)
	if err != nil {
		return delivery{}, exit(exitEnvironment, fmt.Errorf("compare with the files in %s: %w", p.show(root), err))
	}
	if !job.quiet {
		job.warnOfLeftovers(p, root, files, changes)
	}
	return delivery{project: p, root: root, files: len(files), changes: changes}, nil
}

// deliver writes, or says what is out of date.
func (job *generation) deliver(d delivery) error {
	if job.diff {
		if _, err := io.WriteString(job.stdout, output.Diff(d.changes)+output.Diff(d.lock)); err != nil {
			return err
		}
	}
	switch {
	case job.check && d.differs() > 0:
		job.list(d, "would be ")
		return exit(exitOutOfDate, errors.New("generated files are out of date: run evgen generate"))
	case job.check || job.diff:
		return nil
	}
	if err := errors.Join(output.Apply(d.root, d.changes), output.Apply(d.dir, d.lock)); err != nil {
		return exit(exitEnvironment, err)
	}
	if job.verbose {
		job.list(d, "")
	}
	if !job.quiet {
		fmt.Fprintf(job.stderr, "generated %s, %d changed\n", plural(d.files, "file"), d.differs())
	}
	return nil
}

// list prints what happens to each file, e.g., "would be updated: gen/acme/sites/v1/sites.pb.go".
func (job *generation) list(d delivery, would string) {
	for _, c := range d.changes {
		fmt.Fprintf(job.stderr, "%s%s: %s\n", would, c.Kind, d.show(filepath.Join(d.root, filepath.FromSlash(c.Name))))
	}
	for _, c := range d.lock {
		fmt.Fprintf(job.stderr, "%s%s: %s\n", would, c.Kind, d.show(filepath.Join(d.dir, c.Name)))
	}
}

// warnOfLeftovers names the .pb.go files beside removed files of evgen: nothing in them says that evgen wrote them, so they are left, and the Go
// compiler may find their messages twice.
func (job *generation) warnOfLeftovers(p *project, root string, files []generator.File, changes []output.Change) {
	for _, c := range changes {
		base, ok := strings.CutSuffix(path.Base(c.Name), ".ev.go")
		if !ok || c.Kind != output.Remove {
			continue
		}
		messages := path.Join(path.Dir(path.Dir(c.Name)), base+".pb.go")
		if slices.ContainsFunc(files, func(f generator.File) bool { return f.Name == messages }) {
			continue
		}
		file := filepath.Join(root, filepath.FromSlash(messages))
		if _, err := os.Stat(file); err == nil {
			fmt.Fprintf(job.stderr, "left alone: %s: remove it if its proto file is gone\n", p.show(file))
		}
	}
}
