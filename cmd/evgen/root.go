package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/internal/report"
)

// globals are the flags that every command has.
type globals struct {
	dir     string // where the process runs, absolute
	now     func() time.Time
	change  string // -C
	file    string
	format  string
	quiet   bool
	verbose bool
}

// cwd is the directory that paths are relative to, both those of arguments and those of findings.
func (g *globals) cwd() string { return absolute(g.dir, g.change) }

// absolute returns path as seen from dir.
func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func newRootCommand(dir string, now func() time.Time) *cobra.Command {
	g := &globals{dir: dir, now: now}
	cmd := &cobra.Command{
		Use:   "evgen",
		Short: "Typed, idempotent Kafka events from annotated protobuf",
		Long: "Typed, idempotent Kafka events from annotated protobuf.\n\n" +
			"Exit codes: 0 all is well, 1 findings, 2 usage or configuration, 3 generated files or evgen.lock are out of date,\n" +
			"4 a server or another part of the environment failed, 70 a bug of evgen.",
		Example: "  evgen init                # an annotated event, a projection, a service and its test\n" +
			"  evgen generate            # write what the annotations say\n" +
			"  evgen lint                # say what is wrong with them\n" +
			"  evgen explain <message>   # say what they mean\n" +
			"  evgen check --against git:origin/main # say whom a change breaks\n" +
			"  evgen dev                 # a Kafka broker with their topics, and a schema registry",
		DisableFlagsInUseLine: true,
		SilenceErrors:         true,
		SilenceUsage:          true,
		Args:                  knownCommand,
		RunE:                  needsCommand,
		PersistentPreRunE:     func(*cobra.Command, []string) error { return checkFormat(g.format) },
	}
	cmd.SetHelpTemplate(helpTemplate)
	cmd.SetUsageTemplate(usageTemplate)
	cmd.SetFlagErrorFunc(explainFlag)
	flags := cmd.PersistentFlags()
	flags.SortFlags = false
	flags.StringVarP(&g.change, "directory", "C", "", "run as if started in this directory")
	flags.StringVarP(&g.file, "file", "f", "", "configuration (default: evgen.yaml here or above)")
	flags.StringVar(&g.format, "format", "text", "form of findings: "+oneOf(report.Formats()))
	flags.BoolVarP(&g.quiet, "quiet", "q", false, "print findings and errors only")
	flags.BoolVarP(&g.verbose, "verbose", "v", false, "print each file that is written or removed")
	cmd.AddCommand(
		newInitCommand(g), newGenerateCommand(g), newLintCommand(g), newCheckCommand(g), newRegisterCommand(g), newExplainCommand(g), newDevCommand(g), newVersionCommand(),
	)
	addCompletion(cmd)
	return cmd
}

// knownCommand is for the arguments of evgen itself: one that is here is no command.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return nearest.Unknown("command", args[0], names)
}

func needsCommand(cmd *cobra.Command, _ []string) error {
	cmd.SetOut(cmd.ErrOrStderr())
	return errors.Join(cmd.Help(), exit(exitUsage, nil))
}

// explainFlag adds the flag that was probably meant.
func explainFlag(cmd *cobra.Command, err error) error {
	missing, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || missing.GetSpecifiedShortnames() != "" {
		return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return nearest.Unknown("flag", "--"+missing.GetSpecifiedName(), names)
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments, got %q: see %s --help", cmd.Name(), args, cmd.CommandPath())
	}
	return nil
}

func checkFormat(format string) error {
	if slices.Contains(report.Formats(), format) {
		return nil
	}
	return nearest.Unknown("--format", format, report.Formats())
}
