// Command protoc-gen-evgen is the plugin for protoc and buf. It generates what `evgen generate` does, byte for byte.
package main

import (
	"fmt"
	"os"

	"github.com/evgen-dev/evgen/generator"
)

func main() {
	if err := generator.RunPlugin(os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "protoc-gen-evgen:", err)
		os.Exit(1)
	}
}
