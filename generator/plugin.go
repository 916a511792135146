package generator

import (
	"fmt"
	"io"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/schema"
)

// What the plugin tells protoc that it can read.
const (
	features       = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL | pluginpb.CodeGeneratorResponse_FEATURE_SUPPORTS_EDITIONS)
	minimumEdition = descriptorpb.Edition_EDITION_PROTO2
	maximumEdition = descriptorpb.Edition_EDITION_2024
)

// RunPlugin reads a CodeGeneratorRequest from in and writes the response to out, and the schema's warnings to log. What is wrong with the
// schema is in the response, one line each; an error is about in and out.
func RunPlugin(in io.Reader, out, log io.Writer) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the request of protoc: %w", err)
	}
	req := &pluginpb.CodeGeneratorRequest{}
	if err := proto.Unmarshal(raw, req); err != nil {
		return fmt.Errorf("read the request of protoc: %w", err)
	}
	response, err := proto.Marshal(respond(req, log))
	if err != nil {
		return fmt.Errorf("write the response to protoc: %w", err)
	}
	_, err = out.Write(response)
	return err
}

// respond sets what it supports before anything can fail: without it protoc would report that, instead of the failure.
func respond(req *pluginpb.CodeGeneratorRequest, log io.Writer) *pluginpb.CodeGeneratorResponse {
	response := &pluginpb.CodeGeneratorResponse{
		SupportedFeatures: proto.Uint64(features),
		MinimumEdition:    proto.Int32(int32(minimumEdition)),
		MaximumEdition:    proto.Int32(int32(maximumEdition)),
	}
	files, found, err := Generate(req, func(files []protoreflect.FileDescriptor) (*schema.Model, schema.Diagnostics) {
		return schema.Resolve(files, req.GetFileToGenerate())
	})
	switch {
	case err != nil:
		response.Error = proto.String(err.Error())
	case found.HasErrors():
		response.Error = proto.String(strings.TrimSuffix(found.String(), "\n")) // callers end it themselves
	default:
		_, _ = io.WriteString(log, found.String())
	}
	for _, f := range files {
		response.File = append(response.File, &pluginpb.CodeGeneratorResponse_File{
			Name: proto.String(f.Name), Content: proto.String(string(f.Content)),
		})
	}
	return response
}
