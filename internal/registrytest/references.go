package registrytest

import (
	"errors"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"
	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/normal"
)

// chain registers currency.proto, money.proto on it and a schema on that, and returns the last with the references.
func (s *server) chain() (v *registry.Version, money, currency registry.Reference) {
	s.Helper()
	base := s.subject()
	currency = registry.Reference{Name: "acme/currency.proto", Subject: base + "/acme/currency.proto", Version: 1}
	money = registry.Reference{Name: "acme/money.proto", Subject: base + "/acme/money.proto", Version: registry.Latest}
	s.register(currency.Subject, registry.Schema{Text: "syntax = \"proto3\";\npackage acme;\nenum Currency {\n  NONE = 0;\n}\n"})
	s.register(money.Subject, registry.Schema{
		Text:       "syntax = \"proto3\";\npackage acme;\nimport \"acme/currency.proto\";\nmessage Money {\n  .acme.Currency currency = 1;\n}\n",
		References: []registry.Reference{currency},
	})
	v = s.register(base, importing([]registry.Reference{money}, ".acme.Money total = 1"))
	return v, money, currency
}

func nestedReferencesAreResolved(s *server) {
	registered, money, _ := s.chain()
	versions, err := s.client.Versions(s.Context(), registered.Subject)
	if err != nil {
		s.Fatal(err)
	}
	want := []registry.Reference{{Name: money.Name, Subject: money.Subject, Version: 1}}
	if diff := cmp.Diff(want, versions[0].References); diff != "" {
		s.Errorf("references (-want +got):\n%s", diff)
	}
	set, err := versions[0].Compile(s.Context(), "acme/v1/placed.proto")
	if err != nil {
		s.Fatal(err)
	}
	var files []string
	for _, f := range set.Files.File {
		files = append(files, f.GetName())
	}
	if diff := cmp.Diff([]string{"acme/currency.proto", "acme/money.proto", "acme/v1/placed.proto"}, files); diff != "" {
		s.Errorf("files (-want +got):\n%s", diff)
	}
	users, err := s.raw.SchemaReferences(s.Context(), money.Subject, 1)
	if err != nil || len(users) != 1 || users[0].Subject != registered.Subject {
		s.Errorf("referenced by %+v, %v, want %s", users, err, registered.Subject)
	}
}

func referencedSchemaIsNotDeleted(s *server) {
	_, money, currency := s.chain()
	for _, ref := range []registry.Reference{money, currency} {
		err := s.raw.DeleteSchema(s.Context(), ref.Subject, 1, sr.SoftDelete)
		s.wantCode(err, "delete "+ref.Name, 42206)
	}
}

func unresolvedReferenceIsRefused(s *server) {
	schema := importing([]registry.Reference{{Name: "acme/gone.proto", Subject: s.subject(), Version: 1}}, ".acme.Gone gone = 1")
	subject := s.subject()
	_, err := s.raw.RegisterSchema(s.Context(), subject, onTheWire(schema), -1, -1)
	s.wantCode(err, "register", 42201)
	// The client does not let it come to that, since not all servers look.
	if v, err := s.client.Register(s.Context(), subject, schema); !isSchemaError(err) || !strings.Contains(err.Error(), "acme/gone.proto, which is not there") {
		s.Errorf("registered %+v, %v, want an error that names the import", v, err)
	}
	unmapped := message(".acme.Gone gone = 1")
	unmapped.Text = strings.Replace(unmapped.Text, "message", "import \"acme/gone.proto\";\nmessage", 1)
	if v, err := s.client.Register(s.Context(), subject, unmapped); !isSchemaError(err) {
		s.Errorf("registered an import without a reference: %+v, %v", v, err)
	}
}

func wellKnownTypesNeedNoReference(s *server) {
	schema := message(".google.protobuf.Timestamp at = 1")
	schema.Text = strings.Replace(schema.Text, "message", "import \"google/protobuf/timestamp.proto\";\n\nmessage", 1)
	subject := s.subject()
	s.register(subject, schema)
	versions, err := s.client.Versions(s.Context(), subject)
	if err != nil {
		s.Fatal(err)
	}
	if _, err := versions[0].Compile(s.Context(), "acme/v1/placed.proto"); err != nil {
		s.Error(err)
	}
}

// An event is registered with the annotations it has, on evgen's options as an import.
func annotationsSurvive(s *server) {
	options, err := normal.Print(evgenpb.File_evgen_v1_options_proto)
	if err != nil {
		s.Fatal(err)
	}
	at := registry.Reference{Name: schema.OptionsPath, Subject: s.subject() + "/" + schema.OptionsPath, Version: registry.Latest}
	s.register(at.Subject, registry.Schema{Text: options})
	subject := s.subject()
	event := func(fields ...string) registry.Schema {
		return importing([]registry.Reference{at}, append([]string{`option (.evgen.v1.event) = { topic: "orders" }`}, fields...)...)
	}
	s.register(subject, event("string id = 1"))
	versions, err := s.client.Versions(s.Context(), subject)
	if err != nil {
		s.Fatal(err)
	}
	set, err := versions[0].Compile(s.Context(), "acme/v1/placed.proto")
	if err != nil {
		s.Fatal(err)
	}
	file := set.Files.File[len(set.Files.File)-1]
	read, _ := proto.GetExtension(file.MessageType[0].Options, evgenpb.E_Event).(*evgenpb.EventOptions)
	if read.GetTopic() != "orders" {
		s.Errorf("annotation %v, want topic orders", read)
	}
	s.setLevel(subject, compat.LevelBackward)
	if v := s.register(subject, event("string id = 1", "string name = 2")); v.Number != 2 {
		s.Errorf("version %d, want 2", v.Number)
	}
	if _, err := s.client.Register(s.Context(), subject, event("bool id = 1")); !isIncompatible(err) {
		s.Errorf("another type was registered: %v", err)
	}
}

func garbageIsRefused(s *server) {
	subject := s.subject()
	_, err := s.raw.RegisterSchema(s.Context(), subject, sr.Schema{Schema: "no protobuf", Type: sr.TypeProtobuf}, -1, -1)
	s.wantCode(err, "register", 42201)
	for name, schema := range map[string]registry.Schema{
		"garbage":          {Text: "no protobuf"},
		"undefined type":   message(".acme.Undefined id = 1"),
		"duplicate number": message("string id = 1", "string name = 1"),
	} {
		if v, err := s.client.Register(s.Context(), subject, schema); !isSchemaError(err) {
			s.Errorf("%s: registered %+v, %v", name, v, err)
		}
	}
	if _, err := s.client.Versions(s.Context(), subject); !errors.Is(err, registry.ErrUnknownSubject) {
		s.Errorf("the subject has versions, or another error: %v", err)
	}
}
