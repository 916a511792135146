package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	compare "github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/realservers"
)

// TestProfilesDifferInWhatTheyForbid has changes that some tools forbid and others allow: a rename, a type of the same wire form, a key.
func TestProfilesDifferInWhatTheyForbid(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, shop)
	w.edit(orderFile, revision, revision+"\n  int32 count = 4;\n  string old_name = 5;\n}\nmessage Unused {")
	w.commit()
	w.edit(orderFile, keyByOrder, keyBySite)
	w.edit(orderFile, "int32 count", "int64 count")
	w.edit(orderFile, "old_name", "new_name")
	w.edit(orderFile, "\n}\nmessage Unused {", "")
	const at = "git:HEAD (COMMIT): proto/shop/v1/order.proto"
	finding := func(line int, rule, subject string, was int) string {
		return fmt.Sprintf("%s:%d %s shop.v1.%s, %s:%d", orderFile, line, rule, subject, at, was)
	}
	renamed := []string{finding(13, "FIELD_SAME_JSON_NAME", "Order.old_name", 13), finding(13, "FIELD_SAME_NAME", "Order.old_name", 13)}
	removed := []string{finding(0, "MESSAGE_REMOVED", "Unused", 15)}
	for profile, want := range map[string][]string{
		"evgen": {
			keyChanged + at + ":9", finding(12, "warning FIELD_TYPE_CHANGED", "Order.count", 12),
			finding(13, "warning FIELD_RENAMED", "Order.new_name", 13),
		},
		"buf:FILE":      slices.Concat([]string{finding(0, "MESSAGE_NO_DELETE", "Unused", 15), finding(12, "FIELD_SAME_TYPE", "Order.count", 12)}, renamed),
		"buf:PACKAGE":   slices.Concat([]string{finding(0, "PACKAGE_MESSAGE_NO_DELETE", "Unused", 15), finding(12, "FIELD_SAME_TYPE", "Order.count", 12)}, renamed),
		"buf:WIRE_JSON": slices.Concat([]string{finding(12, "FIELD_WIRE_JSON_COMPATIBLE_TYPE", "Order.count", 12)}, renamed),
		"buf:WIRE":      nil,
		"confluent":     removed,
		"confluent-8.3": removed,
	} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := w
			w.t = t
			w.wantsFound(want, "--against", "git:HEAD", "--profile", profile)
		})
	}
}

// bufFindings are those of the real buf, each as path:line:column and rule.
func (w workplace) bufFindings(buf string, args ...string) []string {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), buf, append([]string{"breaking", "--error-format", "json"}, args...)...)
	cmd.Dir = w.dir
	cmd.Env = append(cmd.Environ(), "BUF_CACHE_DIR="+w.t.TempDir())
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 100) {
		w.t.Fatalf("buf %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		var f struct {
			Path, Type string
			Line       int `json:"start_line"`
			Column     int `json:"start_column"`
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			w.t.Fatalf("buf printed %q: %v", line, err)
		}
		found = append(found, placeAndRule(f.Path, f.Line, f.Column, f.Type))
	}
	slices.Sort(found)
	return found
}

func placeAndRule(path string, line, column int, rule string) string {
	raw, err := json.Marshal([]any{path, cmp.Or(line, 1), cmp.Or(column, 1), rule})
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// ownFindings are those of evgen check in the same form.
func (w workplace) ownFindings(args ...string) []string {
	w.t.Helper()
	code, stdout, stderr := runEvgen(w.t, w.dir, append([]string{"check", "--format", "json"}, args...)...)
	if code != exitOK && code != exitFindings {
		w.t.Fatalf("evgen check %s: exit %d: %s", strings.Join(args, " "), code, stderr)
	}
	var found []string
	for line := range strings.Lines(stdout) {
		var f struct {
			Path, Rule   string
			Line, Column int
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			w.t.Fatalf("evgen printed %q: %v", line, err)
		}
		found = append(found, placeAndRule(f.Path, f.Line, f.Column, f.Rule))
	}
	slices.Sort(found)
	return found
}

// modules is a workspace of buf with what its configurations can leave out. The category is to be filled in.
const modules = `
-- buf.yaml --
version: v2
modules:
  - path: orders
    breaking:
      use: [CATEGORY]
      ignore: [orders/ignored]
      ignore_only: { FIELD_SAME_NAME: [orders/named.proto] }
  - path: sites
    breaking:
      use: [CATEGORY]
      except: [FIELD_SAME_NAME]
      ignore_unstable_packages: true
-- orders/order.proto --
syntax = "proto3";
package orders.v1;
import "site.proto";
message Order { int32 count = 1; sites.v1.Site site = 2; string gone = 3; }
enum State { UNKNOWN = 0; OPEN = 1; }
-- orders/named.proto --
syntax = "proto3";
package orders.v1;
message Named { string name = 1; string gone = 2; }
-- orders/ignored/ignored.proto --
syntax = "proto3";
package orders.ignored;
message Ignored { string name = 1; }
-- sites/site.proto --
syntax = "proto3";
package sites.v1;
message Site { string name = 1; int32 size = 2; oneof o { string a = 3; } }
-- sites/beta.proto --
syntax = "proto3";
package sites.v1beta1;
message Beta { string name = 1; }
`

const changedModules = `
-- orders/order.proto --
syntax = "proto3";
package orders.v1;
import "site.proto";
message Order { double count = 1; sites.v1.Site site = 2; }
enum State { UNKNOWN = 0; }
-- orders/named.proto --
syntax = "proto3";
package orders.v1;
message Named { string renamed = 1; }
-- orders/ignored/ignored.proto --
syntax = "proto3";
package orders.ignored;
message Ignored { double renamed = 1; }
-- sites/site.proto --
syntax = "proto3";
package sites.v1;
message Site { string renamed = 1; string size = 2; string a = 3; }
-- sites/beta.proto --
syntax = "proto3";
package sites.v1beta1;
message Beta { double renamed = 1; }
`

func TestModulesOfBufAreJudgedEachForItself(t *testing.T) {
	t.Parallel()
	w := newModules(t, "FILE")
	w.commit()
	w.unpack(changedModules)
	want := []string{
		`["orders/named.proto",3,1,"FIELD_NO_DELETE"]`,
		`["orders/named.proto",3,17,"FIELD_SAME_JSON_NAME"]`,
		`["orders/order.proto",4,1,"FIELD_NO_DELETE"]`,
		`["orders/order.proto",4,17,"FIELD_SAME_TYPE"]`,
		`["orders/order.proto",5,1,"ENUM_VALUE_NO_DELETE"]`,
		`["sites/site.proto",3,1,"ONEOF_NO_DELETE"]`,
		`["sites/site.proto",3,16,"FIELD_SAME_JSON_NAME"]`,
		`["sites/site.proto",3,23,"FIELD_SAME_NAME"]`, // the module that imports it does not except the rule
		`["sites/site.proto",3,36,"FIELD_SAME_TYPE"]`,
		`["sites/site.proto",3,53,"FIELD_SAME_CARDINALITY"]`,
		`["sites/site.proto",3,53,"FIELD_SAME_ONEOF"]`,
	}
	if diff := compare.Diff(want, w.ownFindings("--against", "git:HEAD", "--profile", "buf:FILE")); diff != "" {
		t.Errorf("findings differ (-want +got):\n%s", diff)
	}
}

func newModules(t *testing.T, category string) workplace {
	t.Helper()
	return newWorkplace(t, strings.ReplaceAll(modules, "CATEGORY", category))
}

func TestModulesOfBufAreJudgedAsBufDoes(t *testing.T) {
	t.Parallel()
	program := realservers.Buf(t)
	for _, category := range []string{"FILE", "PACKAGE", "WIRE_JSON", "WIRE"} {
		t.Run(category, func(t *testing.T) {
			t.Parallel()
			w := newModules(t, category)
			w.commit()
			w.unpack(changedModules)
			theirs := w.bufFindings(program, "--against", ".git#branch=main")
			own := w.ownFindings("--against", "git:main", "--profile", "buf:"+category)
			if diff := compare.Diff(theirs, own); diff != "" {
				t.Errorf("findings differ (-buf +evgen):\n%s", diff)
			}
		})
	}
}

// TestWorkspacesOfBufAreJudgedAsBufDoes has a buf.work.yaml, whose modules have files of their own.
func TestWorkspacesOfBufAreJudgedAsBufDoes(t *testing.T) {
	t.Parallel()
	program := realservers.Buf(t)
	w := newModules(t, "FILE")
	if err := removeFile(w, "buf.yaml"); err != nil {
		t.Fatal(err)
	}
	w.write("buf.work.yaml", "version: v1\ndirectories: [orders, sites]\n")
	w.write("orders/buf.yaml", "version: v1\nbreaking: { use: [WIRE_JSON], ignore: [ignored] }\n")
	w.write("sites/buf.yaml", "version: v1\nbreaking: { use: [WIRE_JSON], ignore_unstable_packages: true }\n")
	w.commit()
	w.unpack(changedModules)
	theirs := w.bufFindings(program, "--against", ".git#branch=main")
	own := w.ownFindings("--against", "git:main", "--profile", "buf:WIRE_JSON")
	if diff := compare.Diff(theirs, own); diff != "" {
		t.Errorf("findings differ (-buf +evgen):\n%s", diff)
	}
}

func TestAModuleOfOneSideAloneIsNoPass(t *testing.T) {
	t.Parallel()
	w := newModules(t, "FILE")
	w.commit()
	w.write("buf.yaml", "version: v2\nmodules: [{ path: orders }, { path: sites }, { path: more }]\n")
	w.write("more/more.proto", "syntax = \"proto3\";\n")
	w.wants(`
2> evgen: check: module more is not in git:HEAD (COMMIT): the profiles of buf compare module with module
[exit 2]
`, "check", "--against", "git:HEAD", "--profile", "buf:FILE")
	w.commit()
	w.unpack(strings.ReplaceAll(modules, "CATEGORY", "FILE"))
	w.wants(`
2> evgen: check: git:HEAD (COMMIT) has the module more, and this tree does not: the profiles of buf compare module with module
[exit 2]
`, "check", "--against", "git:HEAD", "--profile", "buf:FILE")
	w.wants(`
2> evgen: check: image:x.binpb does not say which of its files belong to which of the 2 modules of buf.yaml: compare with git:<revision> or dir:<directory>
[exit 2]
`, "check", "--against", "image:x.binpb", "--profile", "buf:FILE")
}

// TestASingleModuleIsJudgedAsBufDoesAgainstAnImage has configurations that leave things out, and an image that buf made.
func TestASingleModuleIsJudgedAsBufDoesAgainstAnImage(t *testing.T) {
	t.Parallel()
	program := realservers.Buf(t)
	w := newModules(t, "FILE")
	w.write("buf.yaml", "version: v2\nmodules: [{ path: orders }]\nbreaking: { use: [FILE], ignore: [orders/ignored], ignore_only: { FIELD_SAME_NAME: [orders/named.proto] } }\n")
	w.move("sites/site.proto", "orders/site.proto")
	for _, image := range []string{"released.binpb", "released.binpb.gz", "released.binpb.zst"} {
		execTool(t, w.dir, program, "build", "-o", image)
	}
	w.unpack(changedModules)
	w.move("sites/site.proto", "orders/site.proto")
	theirs := w.bufFindings(program, "--against", "released.binpb")
	for _, image := range []string{"released.binpb", "released.binpb.gz", "released.binpb.zst"} {
		own := w.ownFindings("--against", "image:"+image, "--profile", "buf:FILE")
		if diff := compare.Diff(theirs, own); diff != "" {
			t.Errorf("%s: findings differ (-buf +evgen):\n%s", image, diff)
		}
	}
}

// TestAnImageOfProtocIsABaseline has none of evgen's annotations in it: evgen knows them.
func TestAnImageOfProtocIsABaseline(t *testing.T) {
	t.Parallel()
	protoc := realservers.Protoc(t)
	w := newWorkplace(t, shop)
	include := []string{"-I", filepath.Join(w.dir, "proto"), "-I", absolutePath(t, "../../schema")}
	execTool(t, w.dir, protoc, append(include, "--descriptor_set_out=released.binpb", "shop/v1/order.proto")...)
	w.wantsFound(nil, "--against", "image:released.binpb")
	w.edit(orderFile, keyByOrder, keyBySite)
	w.wantsFound([]string{keyChanged + "image:released.binpb: shop/v1/order.proto:0"}, "--against", "image:released.binpb")
}
