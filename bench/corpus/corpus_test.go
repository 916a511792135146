package corpus_test

import (
	"crypto/sha256"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/evgen-dev/evgen/bench/corpus"
)

func TestTheSameShapeGivesTheSameFiles(t *testing.T) {
	t.Parallel()
	shape := corpus.Shape{Seed: 7, Files: 200, Changes: 100}
	first, again := written(t, shape), written(t, shape)
	if !maps.Equal(first, again) {
		t.Error("two runs with one seed differ")
	}
	shape.Seed++
	if maps.Equal(first, written(t, shape)) {
		t.Error("another seed gives the same files")
	}
}

// written returns the hashes of the files by their names.
func written(t *testing.T, s corpus.Shape) map[string][sha256.Size]byte {
	t.Helper()
	dir := t.TempDir()
	r, err := corpus.Write(s, filepath.Join(dir, "old"), filepath.Join(dir, "new"))
	if err != nil || len(r.Findings) == 0 || r.Changed == 0 {
		t.Fatal(r, err)
	}
	sums := map[string][sha256.Size]byte{}
	err = fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		sums[path] = sha256.Sum256(text)
		return err
	})
	if err != nil || len(sums) < s.Files {
		t.Fatal(len(sums), err)
	}
	return sums
}
