package devregistry_test

import (
	"encoding/base64"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	goproto "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

const (
	moneyText = "message Money { string currency = 1; }"
	lineText  = "import \"acme/money.proto\";\nmessage Line { acme.Money price = 1; }"
	orderText = "import \"acme/line.proto\";\nmessage Order { repeated acme.Line lines = 1; }"
)

// registerOrder registers an order that refers to a line that refers to money.
func registerOrder(s *server) (money, line, order object) {
	s.Helper()
	money = proto(moneyText)
	line = proto(lineText, reference{"acme/money.proto", "money", 1})
	order = proto(orderText, reference{"acme/line.proto", "acme/line.proto", 1})
	s.register("money", money)
	s.register("acme/line.proto", line)
	s.register("orders-value", order)
	return money, line, order
}

func TestReferencesAreFollowed(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, _, order := registerOrder(s)
	s.want([]any{2.0}, http.MethodGet, versions("money")+"/1/referencedby", "")
	s.want([]any{3.0}, http.MethodGet, versions("acme/line.proto")+"/latest/referencedby", "")
	s.want([]any{}, http.MethodGet, versions("orders-value")+"/1/referencedby", "")
	got := s.do(post, "/subjects/orders-value", order).(object)
	want := []any{object{"name": "acme/line.proto", "subject": "acme/line.proto", "version": 1.0}}
	if diff := cmp.Diff(any(want), got["references"]); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
	s.want(object{"is_compatible": true}, post, "/compatibility"+versions("orders-value")+"/latest", order)
}

func TestAReferenceToTheLatestVersionIsANumber(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("money", proto(moneyText))
	s.register("money", proto("message Money { string currency = 1; int64 units = 2; }"))
	newest, numbered := reference{"acme/money.proto", "money", -1}, reference{"acme/money.proto", "money", 2}
	id, _ := s.register("line", proto(lineText, newest))
	if again, _ := s.register("line", proto(lineText, numbered)); again != id {
		t.Errorf("ids %v and %v", id, again)
	}
	if other, _ := s.register("line", proto(lineText, reference{"acme/money.proto", "money", 1})); other == id {
		t.Errorf("with a reference to another version the id is %v, too", other)
	}
}

func TestTheOrderOfReferencesMeansNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("a", proto("message A {}"))
	s.register("b", proto("message B {}"))
	text := "import \"a.proto\"; import \"b.proto\"; message C { A a = 1; B b = 2; }"
	a, b := reference{"a.proto", "a", 1}, reference{"b.proto", "b", 1}
	first, _ := s.register("c", proto(text, a, b))
	if second, _ := s.register("c", proto(text, b, a)); second != first {
		t.Errorf("ids %v and %v", first, second)
	}
}

func TestWhatAReferenceDoesNotMeetIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	registerOrder(s)
	for name, schema := range map[string]object{
		"unknown subject":     proto(lineText, reference{"acme/money.proto", "nothing", 1}),
		"unknown version":     proto(lineText, reference{"acme/money.proto", "money", 2}),
		"version zero":        proto(lineText, reference{"acme/money.proto", "money", 0}),
		"another name":        proto(lineText, reference{"money.proto", "money", 1}),
		"not its own":         proto("import \"acme/money.proto\";\n"+orderText, reference{"acme/line.proto", "acme/line.proto", 1}),
		"one name twice":      proto(lineText, reference{"acme/money.proto", "money", 1}, reference{"acme/money.proto", "acme/line.proto", 1}),
		"a name that is none": proto(moneyText, reference{"../money.proto", "money", 1}),
		"annotations":         proto("import \"evgen/v1/options.proto\"; message M {}"),
	} {
		if m := s.refuse(42201, post, versions("line"), schema); !strings.HasPrefix(m, "Invalid schema: ") {
			t.Errorf("%s: %s", name, m)
		}
	}
}

func TestWellKnownTypesNeedNoReference(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("a", proto(`import "google/protobuf/timestamp.proto"; import "google/type/money.proto"; import "confluent/meta.proto"; import "confluent/type/decimal.proto";
message M {
  option (confluent.message_meta).doc = "doc";
  google.protobuf.Timestamp at = 1; google.type.Money price = 2; confluent.type.Decimal rate = 3 [(confluent.field_meta) = { tags: "PII" }];
}`))
	got := s.get(versions("a") + "/1").(object)["schema"].(string)
	if want := `confluent.type.Decimal rate = 3 [(.confluent.field_meta) = {tags: ["PII"]}];`; !strings.Contains(got, want) {
		t.Errorf("want %s in\n%s", want, got)
	}
}

func TestAnnotationsSurviveAndEvolve(t *testing.T) {
	t.Parallel()
	s := start(t)
	options, err := os.ReadFile("../../schema/evgen/v1/options.proto")
	if err != nil {
		t.Fatal(err)
	}
	subject := "evgen/v1/options.proto"
	s.register(subject, object{"schemaType": "PROTOBUF", "schema": string(options)})
	ref := reference{subject, subject, 1}
	event := func(fields string) object {
		return proto("import \"evgen/v1/options.proto\";\nmessage Placed {\n  option (evgen.v1.event) = { topic: \"acme.placed\" };\n"+fields+"}", ref)
	}
	s.register("placed", event("string id = 1 [(evgen.v1.field) = { key: true }];"))
	s.register("placed", event("string id = 1 [(evgen.v1.field) = { key: true }]; string note = 2;"))
	s.refuse(409, post, versions("placed"), event("string id = 1 [(evgen.v1.field) = { key: true }]; int32 note = 2;"))
	got := s.get(versions("placed") + "/2").(object)["schema"].(string)
	for _, want := range []string{`option (.evgen.v1.event) = {topic: "acme.placed"};`, `string id = 1 [(.evgen.v1.field) = {key: true}];`} {
		if !strings.Contains(got, want) {
			t.Errorf("want %s in\n%s", want, got)
		}
	}
}

func TestTheSerializedFormatIsADescriptor(t *testing.T) {
	t.Parallel()
	s := start(t)
	registerOrder(s)
	for _, path := range []string{"/schemas/ids/3", versions("orders-value") + "/1"} {
		b, err := base64.StdEncoding.DecodeString(s.get(path + "?format=serialized").(object)["schema"].(string))
		if err != nil {
			t.Fatal(err)
		}
		fd := &descriptorpb.FileDescriptorProto{}
		if err := goproto.Unmarshal(b, fd); err != nil {
			t.Fatal(err)
		}
		if fd.GetPackage() != "acme" || fd.GetMessageType()[0].GetField()[0].GetTypeName() != ".acme.Line" || fd.GetDependency()[0] != "acme/line.proto" {
			t.Errorf("%s: %v", path, fd)
		}
	}
}

func TestTheNearerOfTwoFilesOfOneNameIsMeant(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("money", proto(moneyText))
	s.register("line", proto(lineText, reference{"acme/money.proto", "money", 1}))
	s.register("money", proto("message Money { string currency = 1; }\nmessage Rate {}"))
	text := "import \"acme/line.proto\"; import \"acme/money.proto\";\nmessage Order { acme.Line line = 1; acme.Rate rate = 2; }"
	s.register("order", proto(text, reference{"acme/line.proto", "line", 1}, reference{"acme/money.proto", "money", 2}))
}
