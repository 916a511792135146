package main

import (
	"io"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/internal/script"
)

func TestCommandsDoWhatTheirScriptsSay(t *testing.T) {
	t.Parallel()
	script.Run(t, "../../testdata/script", map[string]script.Command{"evgen": evgenCommand(t)})
}

// evgenCommand is evgen as a script calls it.
func evgenCommand(t *testing.T) script.Command {
	return func(dir string, args []string, stdout, stderr io.Writer) int {
		return run(t.Context(), process{append([]string{"evgen"}, args...), dir, strings.NewReader(""), stdout, stderr})
	}
}
