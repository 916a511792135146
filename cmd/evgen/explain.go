package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/evgen-dev/evgen/schema"
)

func newExplainCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "explain <message>",
		Short: "Print every resolved setting of an event or a projection, and where it comes from",
		Example: "  evgen explain acme.sites.v1.Site\n" +
			"  evgen explain Site # if there is only one",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("explain needs one name, that of an event or a projection, e.g., evgen explain acme.sites.v1.Site")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return explain(cmd.Context(), g, cmd.OutOrStdout(), args[0])
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return explainable(cmd.Context(), g), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func explain(ctx context.Context, g *globals, stdout io.Writer, name string) error {
	p, err := load(g)
	if err != nil {
		return err
	}
	model, err := p.resolve(ctx, stdout)
	if err != nil {
		return err
	}
	settings, err := model.Explain(name)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, s := range settings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, s.Value, p.clickable(s.Origin, model))
	}
	return w.Flush()
}

// resolve is for commands that want the model and nothing else: errors are printed, warnings are for lint.
func (p *project) resolve(ctx context.Context, stdout io.Writer) (*schema.Model, error) {
	set, found, err := p.compile(ctx)
	if err != nil {
		return nil, err
	}
	var model *schema.Model
	if set != nil {
		files, err := set.Descriptors()
		if err != nil {
			return nil, exit(exitBug, err)
		}
		model, found = set.Resolve(files)
	}
	if model == nil {
		if err := p.printFindings(stdout, found); err != nil {
			return nil, err
		}
		return nil, exit(exitFindings, nil)
	}
	return model, nil
}

// clickable puts the name of a file in place of the import path that an origin starts or ends with.
func (p *project) clickable(origin string, m *schema.Model) string {
	for _, f := range m.Files {
		path := f.Desc.Path()
		before, after, ok := strings.Cut(origin, path+":")
		if ok && (before == "" || strings.HasSuffix(before, " ")) {
			return before + p.filename(path) + ":" + after
		}
	}
	return origin
}

// explainable returns the names that explain takes, for completion; where they cannot be known there are none.
func explainable(ctx context.Context, g *globals) (names []cobra.Completion) {
	p, err := load(g)
	if err != nil {
		return nil
	}
	model, err := p.resolve(ctx, io.Discard)
	if err != nil {
		return nil
	}
	for _, f := range model.Files {
		for _, e := range f.Events {
			names = append(names, string(e.Desc.FullName()))
		}
		for _, r := range f.Projections {
			names = append(names, string(r.Desc.FullName()))
		}
	}
	return names
}
