package protosource

import (
	"io/fs"

	_ "embed"

	"golang.org/x/tools/txtar"

	"github.com/evgen-dev/evgen/schema/source"
)

// builtin holds the declarations of google/type and confluent; google/protobuf comes with the compiler.
//
//go:embed builtin.txtar
var builtin []byte

// tree returns files by path as a tree that can be compiled. It fails if a path is none.
func tree(files map[string]string) (source.Tree, error) {
	archive := &txtar.Archive{}
	for path, text := range files {
		archive.Files = append(archive.Files, txtar.File{Name: path, Data: []byte(text)})
	}
	return treeOf(archive)
}

func treeOf(archive *txtar.Archive) (source.Tree, error) {
	var files fs.FS
	files, err := txtar.FS(archive)
	return source.Tree{Dir: "the references", FS: files}, err
}
