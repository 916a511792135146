package generator

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/schema"
)

// File is one generated file.
type File struct {
	Name    string // slash-separated, below the output root
	Content []byte
}

// Resolver turns the descriptors of a request into the Model: schema.Resolve, or a Set's method that knows the source texts, too.
type Resolver func([]protoreflect.FileDescriptor) (*schema.Model, schema.Diagnostics)

// Generate returns the files for the request, whose parameter holds the [Options]. When the schema has errors there are
// diagnostics and no files; an error is a bad request or a bug.
func Generate(req *pluginpb.CodeGeneratorRequest, resolve Resolver) ([]File, schema.Diagnostics, error) {
	if found := unfitGoPackages(req); len(found) > 0 {
		return nil, found, nil
	}
	o, plugin, err := newPlugin(req)
	if err != nil {
		return nil, nil, err
	}
	model, found := resolve(descriptors(plugin))
	if found.HasErrors() {
		return nil, found, nil
	}
	o.module = moduleOf(req.GetParameter())
	units, clashes := plan(model, plugin, o)
	if found = append(found, clashes...); found.HasErrors() {
		return nil, found, nil
	}
	var files []File
	for _, u := range units {
		fs, err := emit(u)
		if err != nil {
			return nil, found, err
		}
		files = append(files, fs...)
	}
	if !o.Messages {
		return files, found, nil
	}
	messages, err := messageFiles(plugin) // last, since it changes the API level of HYBRID files
	return append(files, messages...), found, err
}

// options is where the annotations are imported from. Their Go code is package evgenpb, also for a tree that holds a copy of them.
const options = "evgen/v1/options.proto"

// newPlugin forgets the compiler's version: it would be in the .pb.go files, and they would differ from machine to machine.
func newPlugin(req *pluginpb.CodeGeneratorRequest) (Options, *protogen.Plugin, error) {
	o := DefaultOptions()
	req = proto.CloneOf(req)
	req.CompilerVersion = nil
	req.FileToGenerate = slices.DeleteFunc(req.FileToGenerate, func(path string) bool { return path == options })
	plugin, err := protogen.Options{ParamFunc: o.set}.New(req)
	if err != nil {
		return o, nil, fmt.Errorf("read the request: %w", err)
	}
	plugin.SupportedFeatures = features
	plugin.SupportedEditionsMinimum = minimumEdition
	plugin.SupportedEditionsMaximum = maximumEdition
	return o, plugin, nil
}

func descriptors(plugin *protogen.Plugin) []protoreflect.FileDescriptor {
	var ds []protoreflect.FileDescriptor
	for _, f := range plugin.Files {
		ds = append(ds, f.Desc)
	}
	return ds
}
