package main

import "github.com/spf13/cobra"

// helpTemplate starts with what most readers came for: lines to copy.
const helpTemplate = `{{with or .Long .Short}}{{. | trimTrailingWhitespaces}}{{end}}
{{with .Example}}
{{.}}
{{end}}
{{.UsageString}}`

const usageTemplate = `Usage:
  {{.UseLine}}
{{- if .HasAvailableSubCommands}} <command>

Commands:
{{- range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{- end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
{{- if .HasAvailableInheritedFlags}}

Flags of every command:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
`

// addCompletion gives cobra's own command the form of the others.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Short = "Print a script that completes commands, flags and names in your shell"
			c.Long, c.DisableFlagsInUseLine = "", true
			c.Example = "  source <(evgen completion bash)\n" +
				"  evgen completion fish | source"
		}
	}
}
