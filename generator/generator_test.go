package generator_test

import (
	"bytes"
	"fmt"
	"go/build/constraint"
	"go/format"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/generator"
	_ "github.com/evgen-dev/evgen/internal/golden" // the flag -update
)

func TestFilesLieWhereTheirParametersSay(t *testing.T) {
	t.Parallel()
	set := compile(t, map[string]string{"acme/sites/v1/sites.proto": site})
	for parameter, want := range map[string][]string{
		"": {
			"example.com/gen/sites/v1/sitesv1ev/sites.ev.go",
			"example.com/gen/sites/v1/sitesv1ev/site.postgres.sql",
			"example.com/gen/sites/v1/sitesv1ev/site.sqlite.sql",
			"example.com/gen/sites/v1/sites.pb.go",
		},
		"module=example.com/gen/sites,dialects=sqlite,messages=false":      {"v1/sitesv1ev/sites.ev.go", "v1/sitesv1ev/site.sqlite.sql"},
		"module=example.com/gen/sites/v1,messages=false,dialects=postgres": {"sitesv1ev/sites.ev.go", "sitesv1ev/site.postgres.sql"},
		"paths=source_relative,suffix=events,dialects=sqlite": {
			"acme/sites/v1/sitesv1events/sites.ev.go", "acme/sites/v1/sitesv1events/site.sqlite.sql", "acme/sites/v1/sites.pb.go",
		},
		"Macme/sites/v1/sites.proto=example.com/other;otherpb,messages=false,dialects=sqlite": {
			"example.com/other/otherpbev/sites.ev.go", "example.com/other/otherpbev/site.sqlite.sql",
		},
	} {
		if diff := cmp.Diff(want, names(mustGenerate(t, set, parameter))); diff != "" {
			t.Errorf("parameter %q (-want +got):\n%s", parameter, diff)
		}
	}
}

func TestWrongParametersAreErrors(t *testing.T) {
	t.Parallel()
	set := compile(t, map[string]string{"sites.proto": site})
	for parameter, want := range map[string]string{
		"suffix=":                "suffix",
		"suffix=Ev":              "suffix",
		"messages=perhaps":       "messages",
		"dialects=mysql":         `unknown dialect "mysql": known are postgres, sqlite`,
		"dialects=sqlite+sqlite": "sqlite is named twice",
		"dialect=sqlite":         `unknown parameter "dialect"`,
		"paths=elsewhere":        "unknown path type",
	} {
		_, _, err := generator.Generate(set.Request(parameter), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parameter %q: error %v, want one with %q", parameter, err, want)
		}
	}
}

// Nothing depends on the order of files in a request but the dependencies between them.
func TestOrderOfFilesChangesNothing(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, name := range []string{"sites", "apps", "users", "orders", "carts"} {
		text := strings.NewReplacer("sites", name, "Site", strings.ToUpper(name[:1])+name[1:]).Replace(site)
		files["acme/"+name+"/v1/"+name+".proto"] = text
		files["acme/"+name+"/v1/more.proto"] = strings.NewReplacer("SiteRow", "More"+name+"Row", "Site", "More").Replace(strings.ReplaceAll(site, "sites", name))
	}
	set := compile(t, files)
	want := mustGenerate(t, set, "")
	for seed := range uint64(5) {
		request := proto.CloneOf(set.Request(""))
		shuffle := rand.New(rand.NewPCG(seed, 0))
		shuffle.Shuffle(len(request.FileToGenerate), func(i, j int) {
			request.FileToGenerate[i], request.FileToGenerate[j] = request.FileToGenerate[j], request.FileToGenerate[i]
		})
		request.ProtoFile = shuffled(request.ProtoFile, shuffle)
		got, found := generate(t, set, request)
		if found.HasErrors() {
			t.Fatal(found)
		}
		if diff := cmp.Diff(byName(want), byName(got)); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

// shuffled keeps what others import in front, as protoc does.
func shuffled(files []*descriptorpb.FileDescriptorProto, shuffle *rand.Rand) []*descriptorpb.FileDescriptorProto {
	var imported, rest []*descriptorpb.FileDescriptorProto
	for _, f := range files {
		if strings.HasPrefix(f.GetName(), "acme/") {
			rest = append(rest, f)
		} else {
			imported = append(imported, f)
		}
	}
	shuffle.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return append(imported, rest...)
}

func byName(files []generator.File) map[string]string {
	contents := map[string]string{}
	for _, f := range files {
		contents[f.Name] = string(f.Content)
	}
	return contents
}

func TestPluginWritesWhatGenerateReturns(t *testing.T) {
	t.Parallel()
	set := compile(t, map[string]string{"acme/sites/v1/sites.proto": site})
	request := set.Request("dialects=sqlite")
	request.CompilerVersion = &pluginpb.Version{Major: proto.Int32(5)} // must not show
	response, log := runPlugin(t, request)
	want := byName(mustGenerate(t, set, "dialects=sqlite"))
	got := map[string]string{}
	for _, f := range response.File {
		got[f.GetName()] = f.GetContent()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plugin (-generate +plugin):\n%s", diff)
	}
	if log != "" || response.Error != nil {
		t.Errorf("log %q, error %q", log, response.GetError())
	}
}

func TestPluginReportsErrorsInItsResponseAndWarningsInItsLog(t *testing.T) {
	t.Parallel()
	warned := compile(t, map[string]string{"sites.proto": strings.ReplaceAll(site, `{ owner: "@acme" }`, "{}")})
	response, log := runPlugin(t, warned.Request(""))
	if !strings.Contains(log, "EV113") || response.Error != nil || len(response.File) == 0 {
		t.Errorf("log %q, error %q, %d files", log, response.GetError(), len(response.File))
	}
	wrong := compile(t, map[string]string{"sites.proto": strings.ReplaceAll(site, " [(evgen.v1.field).key = true]", "")})
	response, _ = runPlugin(t, wrong.Request(""))
	if !strings.Contains(response.GetError(), "EV014") || len(response.File) > 0 {
		t.Errorf("error %q, %d files", response.GetError(), len(response.File))
	}
	response, _ = runPlugin(t, warned.Request("dialects=mysql"))
	if !strings.Contains(response.GetError(), "mysql") || response.GetSupportedFeatures() == 0 {
		t.Errorf("error %q, features %d", response.GetError(), response.GetSupportedFeatures())
	}
}

func runPlugin(t *testing.T, request *pluginpb.CodeGeneratorRequest) (*pluginpb.CodeGeneratorResponse, string) {
	t.Helper()
	raw, err := proto.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	if err := generator.RunPlugin(bytes.NewReader(raw), &out, &log); err != nil {
		t.Fatal(err)
	}
	response := &pluginpb.CodeGeneratorResponse{}
	if err := proto.Unmarshal(out.Bytes(), response); err != nil {
		t.Fatal(err)
	}
	return response, log.String()
}

func TestGarbageInsteadOfARequestIsAnError(t *testing.T) {
	t.Parallel()
	err := generator.RunPlugin(strings.NewReader("garbage"), &bytes.Buffer{}, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "read the request of protoc") {
		t.Errorf("error %v", err)
	}
}

// What protoc hands over has no source texts, so positions are those of its source info, or none.
func TestDescriptorsWithoutSourceInfoGenerate(t *testing.T) {
	t.Parallel()
	set := compile(t, map[string]string{"sites.proto": site})
	for _, f := range set.Files.File {
		f.SourceCodeInfo = nil
	}
	response, _ := runPlugin(t, set.Request(""))
	if response.Error != nil || len(response.File) != 4 {
		t.Errorf("error %q, %d files", response.GetError(), len(response.File))
	}
}

func TestGeneratedGoIsFormatted(t *testing.T) {
	t.Parallel()
	comment := "// Ü */ `\n//\n//go:embed x\n//   code\n// - list\n//line x.go:1\n// \ufeffmark \x01\n// +build ignore\n// end  \nmessage Site {"
	set := compile(t, map[string]string{"sites.proto": strings.ReplaceAll(site, "message Site {", comment)})
	for _, f := range mustGenerate(t, set, "messages=false") {
		if !strings.HasSuffix(f.Name, ".go") {
			continue
		}
		formatted, err := format.Source(f.Content)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(formatted), string(f.Content)); diff != "" {
			t.Errorf("%s (-formatted +generated):\n%s", f.Name, diff)
		}
		for line := range strings.Lines(string(f.Content)) {
			if strings.HasPrefix(line, "//go:embed x") || constraint.IsPlusBuild(strings.TrimSpace(line)) || constraint.IsGoBuild(line) {
				t.Errorf("a comment became a directive: %s", line)
			}
		}
	}
}

func TestMarkerIsTheFirstLineOfEachFile(t *testing.T) {
	t.Parallel()
	set := compile(t, map[string]string{"acme/sites/v1/sites.proto": site})
	for _, f := range mustGenerate(t, set, "messages=false") {
		sign := "//"
		if strings.HasSuffix(f.Name, ".sql") {
			sign = "--"
		}
		want := sign + " Code generated by evgen. DO NOT EDIT.\n" + sign + " source: acme/sites/v1/sites.proto\n\n"
		if !strings.HasPrefix(string(f.Content), want) {
			t.Errorf("%s starts with %q", f.Name, f.Content[:min(len(want), len(f.Content))])
		}
	}
}

func TestFileWithoutEventsHasMessagesOnly(t *testing.T) {
	t.Parallel()
	set := compile(t, map[string]string{"plain.proto": `syntax = "proto3"; option go_package = "example.com/plain"; message Plain {}`})
	if diff := cmp.Diff([]string{"example.com/plain/plain.pb.go"}, names(mustGenerate(t, set, ""))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// A workspace of buf has a copy of options.proto as a module, and buf names it like any file.
func TestCopyOfTheAnnotationsGetsNoCodeOfItsOwn(t *testing.T) {
	t.Parallel()
	request := compile(t, map[string]string{"sites.proto": site}).Request("")
	want := byName(mustGenerate(t, compile(t, map[string]string{"sites.proto": site}), ""))
	request.FileToGenerate = append(request.FileToGenerate, "evgen/v1/options.proto")
	response, _ := runPlugin(t, request)
	got := map[string]string{}
	for _, f := range response.File {
		got[f.GetName()] = f.GetContent()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// A new version of evgen that reads the same things out of the annotations leaves tables alone.
func TestFingerprintIsStable(t *testing.T) {
	t.Parallel()
	const want = `Fingerprint: "` + fingerprintOfSite + `"`
	set := compile(t, map[string]string{"sites.proto": site})
	for _, f := range mustGenerate(t, set, "messages=false,dialects=sqlite") {
		if strings.HasSuffix(f.Name, ".go") && !bytes.Contains(f.Content, []byte(want)) {
			t.Errorf("%s lacks %s: databases out there would refuse to start", f.Name, want)
		}
	}
}

const fingerprintOfSite = "cecfcb6c385f7791"

// A thousand files with an event and a projection each, without the .pb.go files, which are protoc-gen-go's work.
func BenchmarkThousandEvents(b *testing.B) {
	files := map[string]string{}
	for i := range 1000 {
		name := fmt.Sprintf("s%03d", i)
		files["acme/"+name+"/v1/sites.proto"] = strings.NewReplacer("sites", name, "Site", "S"+name).Replace(site)
	}
	set := compile(b, files)
	for b.Loop() {
		if n := len(mustGenerate(b, set, "messages=false")); n != 3000 {
			b.Fatalf("%d files", n)
		}
	}
}
