package generator

import (
	"errors"
	"fmt"

	gengo "google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
)

// messageFiles returns the .pb.go files, byte for byte what protoc-gen-go writes.
func messageFiles(plugin *protogen.Plugin) ([]File, error) {
	for _, f := range plugin.Files {
		if f.Generate {
			gengo.GenerateFile(plugin, f)
		}
	}
	response := plugin.Response()
	if response.Error != nil {
		return nil, fmt.Errorf("generate messages: %w", errors.New(response.GetError()))
	}
	var files []File
	for _, f := range response.File {
		files = append(files, File{Name: f.GetName(), Content: []byte(f.GetContent())})
	}
	return files, nil
}
