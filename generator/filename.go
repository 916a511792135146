package generator

import (
	"fmt"
	"path"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"

	"github.com/evgen-dev/evgen/schema"
)

// platforms are the ends of file names that the go command takes for a condition (go/build, goosList and goarchList, which are frozen).
var platforms = words(
	"aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos " +
		"386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le " +
		"ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm")

func words(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}

// unbuilt reports files whose generated Go files the go command would leave out, on some platforms or on all, without a word.
func unbuilt(plugin *protogen.Plugin) schema.Diagnostics {
	var ds schema.Diagnostics
	for _, f := range plugin.Files {
		if reason := unbuiltReason(path.Base(f.GeneratedFilenamePrefix)); f.Generate && reason != "" {
			ds = append(ds, schema.Diagnostic{
				ID: fileUnbuilt, Pos: schema.Position{Path: f.Desc.Path(), Line: 1, Column: 1},
				Message: fmt.Sprintf("the go command leaves out %s.pb.go %s", path.Base(f.GeneratedFilenamePrefix), reason),
				Help:    "rename the proto file",
			})
		}
	}
	return ds
}

func unbuiltReason(base string) string {
	if strings.HasPrefix(base, "_") || strings.HasPrefix(base, ".") {
		return fmt.Sprintf("because of the %q at its start", base[:1])
	}
	name, _, _ := strings.Cut(base, ".")
	if i := strings.LastIndexByte(name, '_'); i >= 0 && platforms[name[i+1:]] {
		return fmt.Sprintf("except on %s", name[i+1:])
	}
	return ""
}
