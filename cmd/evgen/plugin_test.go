package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/schema/source"
)

// TestMain lets the test binary be the plugin: buf and protoc call a link to it.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == pluginName {
		os.Exit(run(context.Background(), process{os.Args, "", os.Stdin, os.Stdout, os.Stderr, someDay}))
	}
	setenv()
	os.Exit(m.Run())
}

// sourceRelative is how the plugin is told to lay out files as generate does with go.out.
const sourceRelative = "paths=source_relative"

func TestPluginWritesWhatGenerateWrites(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, dir string, want map[string]string) {
		response := callPlugin(t, request(t, dir, sourceRelative))
		if response.Error != nil {
			t.Fatal(response.GetError())
		}
		got := map[string]string{}
		for _, f := range response.File {
			got[f.GetName()] = f.GetContent()
		}
		compareFiles(t, want, got)
	})
}

func TestProtocWritesWhatGenerateWrites(t *testing.T) {
	t.Parallel()
	protoc, plugin := realservers.Protoc(t), linkPlugin(t)
	goFeatures := strings.TrimSpace(execTool(t, "", "go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/protobuf")) + "/src"
	eachCase(t, func(t *testing.T, dir string, want map[string]string) {
		out := t.TempDir()
		args := []string{
			"-I", dir, "-I", absolutePath(t, "../../schema"), "-I", goFeatures,
			"--plugin=" + plugin, "--evgen_out=" + out, "--evgen_opt=" + sourceRelative,
		}
		execTool(t, dir, protoc, append(args, protoFiles(t, dir)...)...)
		compareFiles(t, want, readTree(t, out))
	})
}

func TestBufWritesWhatGenerateWrites(t *testing.T) {
	t.Parallel()
	buf, plugin := realservers.Buf(t), linkPlugin(t)
	eachCase(t, func(t *testing.T, dir string, want map[string]string) {
		for _, strategy := range []string{"all", "directory"} {
			if strategy == "directory" && filepath.Base(dir) == "packages" {
				continue // it names events of files that it does not import
			}
			work := makeBufWorkspace(t, dir, plugin, strategy)
			execTool(t, work, buf, "generate")
			compareFiles(t, want, readTree(t, filepath.Join(work, "gen")))
		}
	})
}

// makeBufWorkspace makes a workspace of two modules: the case, and the annotations as they are imported.
func makeBufWorkspace(t *testing.T, dir, plugin, strategy string) string {
	t.Helper()
	work := t.TempDir()
	options, err := os.ReadFile("../../schema/evgen/v1/options.proto")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(work, "proto"), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"options/evgen/v1/options.proto": string(options),
		"buf.yaml":                       "version: v2\nmodules:\n  - path: proto\n  - path: options\n",
		"buf.gen.yaml": fmt.Sprintf("version: v2\ninputs:\n  - directory: proto\nplugins:\n  - local: %s\n    out: gen\n    opt: %s\n    strategy: %s\n",
			plugin, sourceRelative, strategy),
	} {
		if err := writeFile(filepath.Join(work, filepath.FromSlash(name)), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return work
}

// eachCase runs f for each tree of proto files that there are goldens for, with what generate makes of it.
func eachCase(t *testing.T, f func(t *testing.T, dir string, want map[string]string)) {
	t.Helper()
	dirs, err := filepath.Glob("../../testdata/cases/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range append(dirs, "../../examples/proto") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			dir := absolutePath(t, dir)
			f(t, dir, generated(t, dir))
		})
	}
}

// generated returns what generate writes for the proto files below dir.
func generated(t *testing.T, dir string) map[string]string {
	t.Helper()
	work := t.TempDir()
	config := fmt.Sprintf("version: 1\nproto: { roots: [%q] }\ngo: { out: gen }\n", dir)
	if err := os.WriteFile(filepath.Join(work, "evgen.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), process{[]string{"evgen", "generate"}, work, nil, &stdout, &stderr, someDay}); code != exitOK {
		t.Fatalf("evgen generate: exit %d\n%s%s", code, &stdout, &stderr)
	}
	return readTree(t, filepath.Join(work, "gen"))
}

// request is what protoc sends for the proto files below dir.
func request(t *testing.T, dir, parameter string) *pluginpb.CodeGeneratorRequest {
	t.Helper()
	set, found, err := source.Compile(t.Context(), []source.Tree{source.Dir(dir)}, nil)
	if err != nil || set == nil {
		t.Fatalf("compile %s: %v\n%s", dir, err, found)
	}
	return set.Request(parameter)
}

// callPlugin sends a request through the bytes of standard input and output.
func callPlugin(t *testing.T, request *pluginpb.CodeGeneratorRequest) *pluginpb.CodeGeneratorResponse {
	t.Helper()
	raw, err := proto.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), process{[]string{pluginName}, "", bytes.NewReader(raw), &stdout, &stderr, someDay}); code != exitOK {
		t.Fatalf("%s: exit %d\n%s", pluginName, code, &stderr)
	}
	response := &pluginpb.CodeGeneratorResponse{}
	if err := proto.Unmarshal(stdout.Bytes(), response); err != nil {
		t.Fatal(err)
	}
	return response
}

// linkPlugin returns the path of a plugin that buf and protoc can call.
func linkPlugin(t *testing.T) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	plugin := filepath.Join(t.TempDir(), pluginName)
	if err := os.Symlink(program, plugin); err != nil {
		t.Fatal(err)
	}
	return plugin
}

// execTool runs a program that has to succeed, and returns its standard output.
func execTool(t *testing.T, dir, tool string, args ...string) string {
	t.Helper()
	stdout, stderr, err := tryTool(t, dir, tool, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", filepath.Base(tool), strings.Join(args, " "), err, stdout, stderr)
	}
	return stdout
}

func tryTool(t *testing.T, dir, tool string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "BUF_CACHE_DIR="+t.TempDir())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func protoFiles(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	for name := range readTree(t, dir) {
		if strings.HasSuffix(name, ".proto") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// readTree returns the files below dir by their slash-separated names.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func compareFiles(t *testing.T, want, got map[string]string) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("generate wrote nothing: there is nothing to compare with")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files differ (-generate +plugin):\n%s", diff)
	}
}

func absolutePath(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
