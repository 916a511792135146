// Command protoc-gen-evgen is the plugin for protoc and buf. It generates what `evgen generate` does, byte for byte.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/evgen-dev/evgen/generator"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is main without its process. A plugin has no arguments: whoever gives some does not know that it is one.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		fmt.Fprintln(stderr, "protoc-gen-evgen: it is a plugin and has no arguments: "+
			"call protoc --evgen_out=gen --evgen_opt=module=example.com/shop, or name it in buf.gen.yaml as local: protoc-gen-evgen")
		return 2
	}
	if err := generator.RunPlugin(stdin, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "protoc-gen-evgen:", err)
		return 1
	}
	return 0
}
