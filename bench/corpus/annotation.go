package corpus

// annotations returns options as those of HTTP gateways and client generators.
func annotations() []*file {
	var files []*file
	for _, a := range annotationFiles {
		f := &file{path: "corpus/api/" + a.name + ".proto", pkg: "corpus.api", goPackage: "example.org/corpus/api", raw: a.declarations}
		f.imports = a.imports
		files = append(files, f)
	}
	return files
}

var (
	descriptors = []string{"google/protobuf/descriptor.proto"}
	withHTTP    = []string{"corpus/api/http.proto", "google/protobuf/descriptor.proto"}
)

// annotationFiles are in the order in which they import each other.
var annotationFiles = []struct {
	name         string
	imports      []string
	declarations string
}{
	{"http", nil, `
// HttpRule maps a method to an HTTP route.
message HttpRule {
  string selector = 1;
  oneof pattern {
    string get = 2;
    string put = 3;
    string post = 4;
    string delete = 5;
    string patch = 6;
  }
  string body = 7;
  string response_body = 12;
  repeated HttpRule additional_bindings = 11;
}
`},
	{"annotations", withHTTP, `
extend google.protobuf.MethodOptions {
  // The route of the method.
  HttpRule http = 72295700;
}
`},
	{"client", descriptors, `
extend google.protobuf.MethodOptions {
  // The arguments of a flattened call.
  repeated string method_signature = 1051000;
}

extend google.protobuf.ServiceOptions {
  // Where the service is by default.
  string default_host = 1049000;
}
`},
	{"field", descriptors, `
extend google.protobuf.FieldOptions {
  // How clients and the server treat the field.
  repeated FieldBehavior field_behavior = 1052000;
  // What resource the field names.
  ResourceReference resource_reference = 1055000;
}

// FieldBehavior is one aspect of a field.
enum FieldBehavior {
  FIELD_BEHAVIOR_UNSPECIFIED = 0;
  OPTIONAL = 1;
  REQUIRED = 2;
  OUTPUT_ONLY = 3;
  INPUT_ONLY = 4;
  IMMUTABLE = 5;
}

// ResourceReference names a kind of resource.
message ResourceReference {
  string type = 1;
  string child_type = 2;
}
`},
	{"resource", descriptors, `
extend google.protobuf.MessageOptions {
  // The resource that the message is.
  ResourceDescriptor resource = 1053000;
}

// ResourceDescriptor describes a kind of resource.
message ResourceDescriptor {
  string type = 1;
  repeated string pattern = 2;
  string name_field = 3;
  string plural = 5;
  string singular = 6;
}
`},
}
