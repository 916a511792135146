package baseline_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/evgen-dev/evgen/schema/baseline"
)

func TestAnotherDirectoryHasItsOwnRoots(t *testing.T) {
	t.Parallel()
	r := repository{t, t.TempDir()}
	r.write("released/evgen.yaml", "version: 1")
	r.write("released/proto/a.proto", "1")
	r.write("shared/b.proto", "2")
	r.write("now/proto/a.proto", "3")
	for _, spec := range []string{"dir:../released", "dir:" + filepath.Join(r.dir, "released")} {
		d, err := baseline.OpenDir(filepath.Join(r.dir, "now"), parse(t, spec))
		if err != nil {
			t.Fatal(err)
		}
		wantFile(t, d.FS, "evgen.yaml", "version: 1")
		for dir, file := range map[string]string{"proto": "a.proto", "../shared": "b.proto", filepath.Join(r.dir, "shared"): "b.proto"} {
			tree, err := d.Tree(dir)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fs.Stat(tree.FS, file); err != nil {
				t.Error(err)
			}
		}
		d.Close()
	}
}

func TestADirectoryThatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	r := repository{t, t.TempDir()}
	r.write("released/proto/a.proto", "1")
	r.write("set.binpb", "")
	for spec, want := range map[string]string{
		"dir:relaesed":  "there is no directory relaesed: did you mean dir:released?",
		"dir:nowhere":   "there is no directory nowhere: check out what was released there, or compare with git:<revision>",
		"dir:set.binpb": "set.binpb is a file: name the directory that has the project, or compare with image:set.binpb",
	} {
		_, err := baseline.OpenDir(r.dir, parse(t, spec))
		wantError(t, err, baseline.Usage, "read baseline "+spec+": "+want)
	}
	d, err := baseline.OpenDir(r.dir, parse(t, "dir:released"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Tree("protos")
	wantError(t, err, baseline.Usage, "read baseline dir:released: there is no directory released/protos: did you mean dir:released/proto?")
	if err := os.RemoveAll(filepath.Join(r.dir, "released")); err != nil {
		t.Fatal(err)
	}
	_, err = d.Tree("proto")
	wantError(t, err, baseline.Usage, "read baseline dir:released: there is no directory released/proto: "+
		"check out what was released there, or compare with git:<revision>")
}
