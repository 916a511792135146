package generator

import "github.com/evgen-dev/evgen/schema"

// Rules are what only the generator can check, since they speak of Go names and paths.
var Rules = []schema.Rule{
	{ID: nameClash, Name: "name-clash", Severity: schema.Error, Summary: "Two things do not want one Go name in a generated package."},
	{ID: pathClash, Name: "path-clash", Severity: schema.Error, Summary: "Two things do not want one generated file."},
	{ID: outsideModule, Name: "outside-module", Severity: schema.Error, Summary: "Code is generated for Go packages of this Go module only."},
	{ID: getterClash, Name: "getter-clash", Severity: schema.Error, Summary: "A field that generated code reads has one getter, whatever the build tags are."},
	{ID: fileUnbuilt, Name: "file-unbuilt", Severity: schema.Error, Summary: "The go command builds the Go file of a proto file on every platform."},
	{ID: goPackageUnfit, Name: "go-package", Severity: schema.Error, Summary: "Each file says its Go package, and all files of it call it by one name."},
}

const (
	nameClash      = "EV200"
	pathClash      = "EV201"
	outsideModule  = "EV202"
	getterClash    = "EV203"
	fileUnbuilt    = "EV204"
	goPackageUnfit = "EV205"
)
