package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"golang.org/x/mod/modfile"

	"github.com/evgen-dev/evgen/templates"
)

const (
	modulePath = "github.com/evgen-dev/evgen"
	toolPath   = modulePath + "/cmd/evgen"
)

// goVersion is what evgen itself needs.
const goVersion = "1.26.0"

// scaffold is a new project.
type scaffold struct {
	dir      string
	module   string // to make a go.mod for; empty: there is one
	GoPrefix string // import path of dir
}

// scaffoldFile is one of its files. Without a template it is go.mod.
type scaffoldFile struct{ path, template string }

func (s *scaffold) files() []scaffoldFile {
	files := []scaffoldFile{
		{"evgen.yaml", "evgen.yaml.tmpl"},
		{"proto/accounts/v1/accounts.proto", "accounts.proto.tmpl"},
		{"gen/gen.go", "gen.go.tmpl"},
		{"accounts/main.go", "main.go.tmpl"},
		{"accounts/main_test.go", "main_test.go.tmpl"},
		{".github/workflows/evgen.yml", "ci.yml.tmpl"},
	}
	if s.module != "" {
		files = append([]scaffoldFile{{path: "go.mod"}}, files...)
	}
	return files
}

// write writes all files, or none when one of them is there.
func (s *scaffold) write() error {
	if err := s.checkAbsent(); err != nil {
		return err
	}
	contents := map[string][]byte{}
	for _, f := range s.files() {
		content, err := s.content(f)
		if err != nil {
			return exit(exitBug, err)
		}
		contents[f.path] = content
	}
	for _, f := range s.files() {
		if err := writeFile(s.path(f.path), contents[f.path]); err != nil {
			return exit(exitEnvironment, err)
		}
	}
	return nil
}

func (s *scaffold) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// checkAbsent names all files that are in the way, the folder of generated code among them.
func (s *scaffold) checkAbsent() error {
	var present []string
	for _, f := range append(s.files(), scaffoldFile{path: "gen/accounts"}) {
		if _, err := os.Lstat(s.path(f.path)); !errors.Is(err, fs.ErrNotExist) {
			present = append(present, f.path)
		}
	}
	if len(present) > 0 {
		return fmt.Errorf("start a project: nothing is written, because these files are here already: %s", strings.Join(present, ", "))
	}
	return nil
}

func (s *scaffold) content(f scaffoldFile) ([]byte, error) {
	if f.template == "" {
		return goMod(s.module)
	}
	t, err := template.ParseFS(templates.FS, "init/"+f.template)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, s)
	return b.Bytes(), err
}

// writeFile never overwrites.
func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// goMod returns a go.mod with evgen as a tool. A build from a checkout has no version that others could get, so go mod tidy chooses one.
func goMod(path string) ([]byte, error) {
	f := &modfile.File{}
	err := errors.Join(f.AddModuleStmt(path), f.AddGoStmt(goVersion), f.AddTool(toolPath))
	if v := buildVersion(); err == nil && v != devVersion && !strings.Contains(v, "+") {
		err = f.AddRequire(modulePath, v)
	}
	if err != nil {
		return nil, err
	}
	return f.Format()
}

// hasTool says whether the go.mod above dir has evgen as a tool.
func hasTool(dir string) bool {
	root, _, err := goModule(dir)
	if err != nil {
		return false
	}
	name := filepath.Join(root, "go.mod")
	raw, err := os.ReadFile(name)
	if err != nil {
		return false
	}
	f, err := modfile.Parse(name, raw, nil)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(f.Tool, func(t *modfile.Tool) bool { return t.Path == toolPath })
}
