// Package evgen_test holds the rules of the whole tree: who may import whom, and how large a file and a function may be.
package evgen_test

import (
	"fmt"
	"go/ast"
	"strings"
	"testing"
)

const (
	maxFileLines     = 300
	maxFunctionLines = 60
)

// A row says what the non-test files of one package may import beside the standard library.
type row struct {
	path    string   // e.g., runtime/event; examples/... is examples and all below
	imports []string // packages; of this module relative to it, e.g., runtime/event; x/... is x and all below
	reason  string
}

// mayImport has one row per package: the first that fits holds. Arrows point down only: cmd, generator/output, generator,
// schema, schema/filter; schema/source stands between cmd and schema. What a user links is runtime, which knows neither schema
// nor generator.
var mayImport = []row{
	{"runtime/event", []string{"google.golang.org/protobuf/..."},
		"the contract that generated code, users and adapters share: whoever imports it pays for nothing else"},
	{"runtime/telemetry", []string{"runtime/event", "go.opentelemetry.io/otel", "go.opentelemetry.io/otel/attribute",
		"go.opentelemetry.io/otel/codes", "go.opentelemetry.io/otel/propagation", "go.opentelemetry.io/otel/trace"},
		"the API of OpenTelemetry, never its SDK: users bring that"},
	{"runtime/payload", []string{"runtime/event", "google.golang.org/protobuf/reflect/protoreflect"},
		"bytes to bytes: it frames values for every broker, and finds a message's index in its file"},
	{"runtime/produce", []string{"runtime/event", "runtime/telemetry", "runtime/payload", "github.com/google/uuid",
		"google.golang.org/protobuf/proto"},
		"sends through event.Sink: an outbox, a transaction and a test are sinks as much as Kafka"},
	{"runtime/sqldb", []string{"runtime/event", "google.golang.org/protobuf/encoding/protowire"},
		"drivers are the user's: dialects and error classes work through database/sql alone"},
	{"runtime/consume", []string{"runtime/event", "runtime/telemetry", "runtime/payload", "runtime/sqldb",
		"google.golang.org/protobuf/proto"},
		"reads through event.Source, and commits in the user's SQL transaction"},
	{"runtime/project", []string{"runtime/event", "runtime/telemetry", "runtime/payload", "runtime/consume", "runtime/sqldb",
		"google.golang.org/protobuf/..."},
		"a projection's writer is a route of a consumer group; its reader maps rows to messages"},
	{"runtime/project/internal/projecttest", []string{"google.golang.org/protobuf/..."},
		"messages for the tests of package project"},
	{"runtime/view", []string{"runtime/event", "runtime/telemetry", "runtime/payload", "google.golang.org/protobuf/proto"},
		"a view follows a topic in memory: it has neither a group nor a database"},
	{"runtime/kafka", []string{"runtime/event", "runtime/telemetry", "github.com/twmb/franz-go/pkg/kgo",
		"github.com/twmb/franz-go/pkg/kadm", "github.com/twmb/franz-go/pkg/kmsg", "github.com/twmb/franz-go/pkg/kerr"},
		"the one package of the runtime that knows a Kafka client"},
	{"runtime/registry", []string{"runtime/event", "runtime/payload", "schema", "schema/compat/...", "schema/contract", "schema/normal", "schema/source",
		"github.com/twmb/franz-go/pkg/sr", "golang.org/x/tools/txtar", "google.golang.org/protobuf/..."},
		"the one package of the runtime with a compiler: registries answer with texts, and few say why they refuse one"},
	{"runtime/eventtest", []string{"runtime/...", "internal/devbroker", "modernc.org/sqlite",
		"github.com/twmb/franz-go/pkg/kgo", "google.golang.org/protobuf/..."},
		"the harness of users' tests brings broker and database along; production code never links it"},

	{"schema/evgenpb", []string{"google.golang.org/protobuf/..."},
		"message packages import it, since a .pb.go imports what its proto imports"},
	{"schema/filter", []string{"internal/nearest", "cel.dev/cel-go/...", "google.golang.org/protobuf/..."},
		"the language of filters alone: it knows CEL and messages, but no annotations"},
	{"schema", []string{"schema/evgenpb", "schema/filter", "internal/nearest", "google.golang.org/protobuf/..."},
		"gives descriptors a meaning, wherever they come from; it knows neither Go source nor brokers nor databases"},
	{"schema/source", []string{"schema", "schema/compat", "schema/evgenpb", "internal/nearest", "github.com/bufbuild/protocompile/...", "golang.org/x/sync/errgroup",
		"google.golang.org/protobuf/..."},
		"the one package that compiles proto files: a plugin is handed descriptors, and links no compiler"},
	{"schema/normal", []string{"google.golang.org/protobuf/..."},
		"prints descriptors; a service that knows its schema by its text needs no compiler for that"},
	{"schema/compat", []string{"schema", "internal/nearest", "google.golang.org/protobuf/..."},
		"states what differs between two sides; where they come from and who judges is the matter of others"},
	{"schema/compat/payload", []string{"schema", "schema/compat", "google.golang.org/protobuf/reflect/protoreflect"},
		"evgen's own verdict: a table over facts"},
	{"schema/compat/buf", []string{"schema", "schema/compat", "internal/nearest", "internal/yamlfile", "google.golang.org/protobuf/..."},
		"buf's verdict: a table over facts, less what a buf.yaml leaves out"},
	{"schema/compat/confluent", []string{"schema", "schema/compat", "google.golang.org/protobuf/..."},
		"the verdict of Confluent's registries: a table over differences"},
	{"schema/compat/accept", []string{"schema", "schema/compat", "internal/nearest", "internal/yamlfile", "google.golang.org/protobuf/reflect/protoreflect"},
		"knows findings and a file, but not what was compared"},
	{"schema/contract", []string{"schema", "schema/compat", "schema/evgenpb", "schema/filter", "internal/nearest", "google.golang.org/protobuf/..."},
		"compares what annotations promise, from a model or a lock: it knows no compiler, runtime, broker or registry, only facts about them"},
	{"schema/baseline", []string{"schema", "schema/source", "internal/nearest", "github.com/klauspost/compress/zstd", "google.golang.org/protobuf/..."},
		"opens what is compared with; of git it knows the program, not a library"},
	{"generator", []string{"schema", "schema/evgenpb", "schema/filter", "templates", "github.com/dave/jennifer/jen",
		"google.golang.org/protobuf/..."},
		"a pure function of the model; it knows the runtime by import paths in strings, so it cannot depend on a broker"},
	{"generator/output", []string{"generator", "github.com/aymanbagabas/go-udiff"},
		"writes files and compares them, whatever they hold"},

	{"cmd/evgen", []string{"schema/...", "generator/...", "templates", "runtime/event", "runtime/kafka", "runtime/registry", "internal/...",
		"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/mod/...", "github.com/twmb/franz-go/pkg/kgo",
		"github.com/twmb/franz-go/pkg/kadm", "github.com/twmb/franz-go/pkg/kerr", "github.com/twmb/franz-go/pkg/sr", "google.golang.org/protobuf/..."},
		"reads flags and configuration, and calls; evgen dev runs the embedded servers"},
	{"cmd/protoc-gen-evgen", []string{"schema", "generator", "google.golang.org/protobuf/..."},
		"the plugin is the same generator behind standard input"},

	{"templates", nil,
		"text, and the one line of Go that embeds it"},

	{"internal/devbroker", []string{"internal/dirlock", "github.com/twmb/franz-go/pkg/..."},
		"the embedded broker is a Kafka server: it speaks the protocol"},
	{"internal/devregistry", []string{"schema", "schema/...", "internal/devregistry/...", "google.golang.org/protobuf/..."},
		"the embedded registry judges with the engine of the gate; it knows HTTP, and no client"},
	{"internal/devregistry/catalog", []string{"internal/dirlock", "github.com/google/uuid"},
		"what is registered, and its file; what a schema means is not its matter"},
	{"internal/devregistry/protosource", []string{"schema", "schema/...", "golang.org/x/tools/txtar", "google.golang.org/protobuf/..."},
		"compiles the texts of registered schemas"},
	{"internal/dirlock", nil,
		"one process at a time uses a directory, whatever is in it"},
	{"internal/yamlfile", []string{"schema", "internal/nearest", "github.com/goccy/go-yaml/..."},
		"the one reader of YAML: strict, with positions"},
	{"internal/config", []string{"schema", "generator", "internal/nearest", "internal/yamlfile"},
		"reads evgen.yaml and buf.yaml from wherever a project is kept"},
	{"internal/report", []string{"schema", "schema/compat", "schema/compat/accept"},
		"writes findings of all commands, in forms of services that it does not know otherwise"},
	{"internal/gate", []string{"schema", "schema/...", "internal/registration", "runtime/registry", "google.golang.org/protobuf/..."},
		"puts reading, comparing and judging together; it knows neither flags nor formats"},
	{"internal/registration", []string{"schema/compat", "schema/compat/confluent", "schema/contract", "schema/normal", "runtime/registry", "google.golang.org/protobuf/..."},
		"what evgen writes into a registry, whoever asks for it"},
	{"internal/registrytest", []string{"runtime/...", "schema/...", "internal/realservers", "examples/gen/...", "github.com/google/go-cmp/cmp",
		"github.com/twmb/franz-go/pkg/sr", "google.golang.org/protobuf/..."},
		"one suite for all registries, real and embedded"},
	{"internal/golden", []string{"github.com/google/go-cmp/cmp", "golang.org/x/tools/txtar"},
		"every test package links it, so it imports none of them"},
	{"internal/script", []string{"internal/golden", "github.com/google/go-cmp/cmp", "golang.org/x/tools/txtar"},
		"it runs commands as functions, of whichever program"},
	{"internal/realservers", []string{"internal/devbroker", "internal/devregistry", "github.com/jackc/pgx/v5/...", "modernc.org/sqlite"},
		"test support: here the drivers are chosen that the runtime must not know"},
	{"internal/nearest", nil,
		"names are strings, whether of a field, a flag or a key"},
	{"internal/tally", nil,
		"it counts the tests of all others, so it builds when they do not"},

	{"golden/evolve/...", []string{"golden/evolve/...", "runtime/...", "schema/evgenpb", "google.golang.org/protobuf/...",
		"github.com/twmb/franz-go/pkg/kgo", "modernc.org/sqlite"},
		"services of two ages, each a process of its own: they bring client and database as a user's do"},
	{"golden/...", []string{"golden/...", "runtime/...", "schema/evgenpb", "google.golang.org/protobuf/..."},
		"generated code needs what a user's module has: the runtime, and nothing of the generator"},
	{"examples/...", []string{"examples/...", "runtime/...", "schema/evgenpb", "internal/devbroker",
		"google.golang.org/protobuf/...", "github.com/twmb/franz-go/pkg/kgo", "github.com/jackc/pgx/v5/...",
		"modernc.org/sqlite"},
		"a service as a user writes it: own client, own driver; only its broker comes from inside"},
}

// mayBeLong are the files over maxFileLines and the functions over maxFunctionLines, with the reason.
var mayBeLong = map[string]string{}

func TestPackagesImportOnlyWhatTheirRowAllows(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		r, found := rowOf(p.path)
		if !found {
			t.Errorf("package %s has no row in mayImport: add one, with the reason for what it may import", p.path)
			continue
		}
		for _, f := range p.files {
			for _, imported := range f.foreignImports() {
				if !fitsAny(r.imports, imported) {
					t.Errorf("%s imports %s, which %s may not (%s)", f.name, imported, r.path, r.reason)
				}
			}
		}
	}
}

func TestEachRowHasItsPackage(t *testing.T) {
	t.Parallel()
	fits := map[string]bool{}
	for _, p := range packages(t) {
		r, _ := rowOf(p.path)
		fits[r.path] = true
	}
	for _, r := range mayImport {
		if !fits[r.path] {
			t.Errorf("row %s of mayImport fits no package: remove it", r.path)
		}
	}
}

func TestEachRowHasAReason(t *testing.T) {
	t.Parallel()
	for _, r := range mayImport {
		if r.reason == "" {
			t.Errorf("row %s of mayImport has no reason", r.path)
		}
	}
}

func TestRowsFitWholePathElements(t *testing.T) {
	t.Parallel()
	cases := []struct {
		pattern, path string
		fits          bool
	}{
		{"runtime/event", "runtime/event", true},
		{"runtime/event", "runtime/eventtest", false},
		{"runtime/event", "runtime/event/inner", false},
		{"runtime/...", "runtime/event/inner", true},
		{"examples/...", "examples", true},
		{"golden/...", "goldenrod", false},
		{"go.opentelemetry.io/otel", "go.opentelemetry.io/otel/sdk", false},
	}
	for _, c := range cases {
		if fits(c.pattern, c.path) != c.fits {
			t.Errorf("fits(%q, %q) = %t, want %t", c.pattern, c.path, !c.fits, c.fits)
		}
	}
}

func TestFilesAndFunctionsAreShort(t *testing.T) {
	t.Parallel()
	long := map[string]string{} // what is too long, e.g., schema/rule.go or schema/rule.go:check, and how long
	for _, p := range packages(t) {
		for _, f := range p.files {
			if f.generated {
				continue
			}
			if n := f.lines(f.syntax.FileStart, f.syntax.FileEnd); n > maxFileLines {
				long[f.name] = fmt.Sprintf("%d lines, more than %d", n, maxFileLines)
			}
			for _, fn := range f.functions() {
				if n := f.lines(fn.Pos(), fn.End()); n > maxFunctionLines {
					long[f.name+":"+fn.Name.Name] = fmt.Sprintf("%d lines, more than %d", n, maxFunctionLines)
				}
			}
		}
	}
	for name, length := range long {
		if mayBeLong[name] == "" {
			t.Errorf("%s has %s: find the two nouns or the two steps in it, or give a reason in mayBeLong", name, length)
		}
	}
	for name := range mayBeLong {
		if long[name] == "" {
			t.Errorf("%s is not long, or no more: remove it from mayBeLong", name)
		}
	}
}

func TestEachPackageHasADocComment(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !p.hasDoc() {
			t.Errorf("package %s has no doc comment: say what it is for, and its place among its neighbors", p.path)
		}
	}
}

// rowOf returns the row that holds for the package at path.
func rowOf(path string) (row, bool) {
	for _, r := range mayImport {
		if fits(r.path, path) {
			return r, true
		}
	}
	return row{}, false
}

func fitsAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if fits(p, path) {
			return true
		}
	}
	return false
}

func fits(pattern, path string) bool {
	if root, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == root || strings.HasPrefix(path, root+"/")
	}
	return path == pattern
}

// hasDoc says whether a file of p documents the package. Packages of generated code alone are left to their generators.
func (p goPackage) hasDoc() bool {
	written := false
	for _, f := range p.files {
		if f.syntax.Doc != nil {
			return true
		}
		written = written || !f.generated
	}
	return !written
}

func (f goFile) functions() []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, d := range f.syntax.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			found = append(found, fn)
		}
	}
	return found
}
