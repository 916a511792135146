package devregistry_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	goproto "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

const post = http.MethodPost

func TestRegisteringTwiceIsRegisteringOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	first := s.do(post, versions("a"), message("string id = 1"))
	s.want(first, post, versions("a"), message("string id = 1"))
	s.want([]any{1.0}, http.MethodGet, versions("a"), "")
}

func TestOneTextInTwoSubjectsHasOneID(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, _ := s.register("a", message("string id = 1"))
	second, _ := s.register("b", message("string id = 1"))
	if first != second {
		t.Errorf("ids %v and %v", first, second)
	}
	s.want([]any{object{"subject": "a", "version": 1.0}, object{"subject": "b", "version": 1.0}}, http.MethodGet, "/schemas/ids/1/versions", "")
	s.want([]any{"a", "b"}, http.MethodGet, "/schemas/ids/1/subjects", "")
}

func TestSpaceAndCommentsMakeNoOtherSchema(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, _ := s.register("a", proto("message M { string id = 1; }"))
	second, version := s.register("a", proto("// About M.\n\n\nmessage   M {\n/* id */ string id=1 ; }\n"))
	if first != second || version != 1 {
		t.Errorf("ids %v and %v, version %v", first, second, version)
	}
}

func TestOnlyNormalisingSortsFields(t *testing.T) {
	t.Parallel()
	s := start(t)
	sorted, loose := proto("message M { string a = 1; string b = 2; }"), proto("message M { string b = 2; string a = 1; }")
	first, _ := s.register("a", sorted)
	if id, _ := s.register("a", loose); id == first {
		t.Errorf("fields in another order have id %v, too", id)
	}
	s.want([]any{1.0, 2.0}, http.MethodGet, versions("a"), "")
	if o := s.do(post, versions("a")+"?normalize=true", loose).(object); o["id"] != first {
		t.Errorf("normalised id %v, want %v", o["id"], first)
	}
}

func TestLookupSaysAllOfAVersion(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.refuse(40401, post, "/subjects/a", message("string id = 1"))
	s.register("a", message("string id = 1"))
	s.register("a", message("string id = 1", "string name = 2"))
	got := s.do(post, "/subjects/a", message("string id = 1", "string name = 2")).(object)
	want := object{"subject": "a", "id": 2.0, "version": 2.0, "schemaType": "PROTOBUF", "guid": got["guid"],
		"schema": "syntax = \"proto3\";\npackage acme;\n\nmessage Order {\n  string id = 1;\n  string name = 2;\n}\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.refuse(40403, post, "/subjects/a", message("string other = 1"))
}

func TestSchemasAreReadInEachWay(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("a", message("string id = 1"))
	version := s.get(versions("a") + "/1").(object)
	s.want(version, http.MethodGet, versions("a")+"/latest", "")
	s.want(version, http.MethodGet, versions("a")+"/-1", "")
	byID := object{"schema": version["schema"], "schemaType": "PROTOBUF", "guid": version["guid"]}
	s.want(byID, http.MethodGet, "/schemas/ids/1", "")
	s.want(with(byID, "maxId", 1.0), http.MethodGet, "/schemas/ids/1?fetchMaxId=true", "")
	s.want(with(byID, "id", 1.0), http.MethodGet, "/schemas/guids/"+version["guid"].(string), "")
	s.want([]any{version}, http.MethodGet, "/schemas", "")
	for _, path := range []string{"/schemas/ids/1/schema", versions("a") + "/1/schema"} {
		if _, raw := s.send(http.MethodGet, path, ""); string(raw) != version["schema"] {
			t.Errorf("%s: %s, want %s", path, raw, version["schema"])
		}
	}
}

func TestWhatIsNotThereHasItsCode(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("a", message("string id = 1"))
	for path, code := range map[string]int{
		versions("b"): 40401, versions("b") + "/1": 40401, versions("b") + "/latest": 40401, versions("a") + "/2": 40402,
		versions("a") + "/0": 42202, versions("a") + "/x": 42202, versions("a") + "/2147483648": 42202, versions("a") + "/9/referencedby": 40402,
		"/schemas/ids/9": 40403, "/schemas/ids/9/versions": 40403, "/schemas/ids/0/schema": 40403, "/schemas/guids/none": 40403,
	} {
		s.refuse(code, http.MethodGet, path, "")
	}
}

func TestASubjectMayHaveAnyName(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, subject := range []string{"evgen/v1/options.proto", "a b", "ä%2F?#", "..", ".", "//", "latest", "versions", "a+b&c=d"} {
		if _, version := s.register(subject, message("string id = 1")); version != 1 {
			t.Errorf("%q begins at version %v", subject, version)
		}
		if o := s.get(versions(subject) + "/latest").(object); o["subject"] != subject {
			t.Errorf("%q is read as %q", subject, o["subject"])
		}
	}
}

func TestListsArePagedAndFiltered(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, subject := range []string{"a-1", "a-2", "b-1"} {
		s.register(subject, message("string id = 1"))
		s.register(subject, message("string id = 1", "string name = 2"))
	}
	s.want([]any{"a-1", "a-2"}, http.MethodGet, "/subjects?subjectPrefix=a-", "")
	s.want([]any{"a-2"}, http.MethodGet, "/subjects?offset=1&limit=1", "")
	s.want([]any{}, http.MethodGet, "/subjects?offset=9", "")
	s.want([]any{2.0}, http.MethodGet, versions("a-1")+"?offset=1", "")
	if n := len(s.get("/schemas?subjectPrefix=a-&latestOnly=true").([]any)); n != 2 {
		t.Errorf("%d latest schemas, want 2", n)
	}
	if n := len(s.get("/schemas?limit=5").([]any)); n != 5 {
		t.Errorf("%d schemas, want 5", n)
	}
}

func TestWhatIsNoSchemaIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for body, want := range map[string]string{
		"message {":                      "schema.proto:3:9: ",
		"message M { Nowhere n = 1; }":   "Nowhere",
		"message M { int32 a=1, b=1; }":  "schema.proto:3:",
		"import \"missing.proto\";":      "missing.proto",
		"\x00\x01":                       "",
		"message M {} message M {}":      "M",
		"option (evgen.v1.event) = {};":  "evgen.v1.event",
		"import \"google/none.proto\";":  "google/none.proto",
		"import \"../../etc/passwd\";":   "passwd",
		"message M { reserved 1 to 0; }": "",
	} {
		for _, path := range []string{versions("a"), "/subjects/a", "/compatibility" + versions("a"), "/compatibility" + versions("a") + "/latest"} {
			if m := s.refuse(42201, post, path, proto(body)); !strings.Contains(m, want) {
				t.Errorf("%s %s: %s, want %q in it", path, body, m, want)
			}
		}
	}
}

func TestAProposalOfAnotherFormIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, body := range []string{"", "{", "null x", "[]", `"text"`, `{"schema": 1}`, `{"references": "x"}`, "\xff\xfe"} {
		s.refuse(400, post, versions("a"), body)
	}
	for _, body := range []string{"null", "{}", `{"schemaType": "PROTOBUF"}`, `{"schemaType":"PROTOBUF","schema":" "}`} {
		s.refuse(42201, post, versions("a"), body)
	}
	for _, kind := range []string{"AVRO", "JSON", "protobuf", ""} {
		s.refuse(42201, post, versions("a"), with(message("string id = 1"), "schemaType", kind))
	}
	s.refuse(42201, post, versions("a"), object{"schema": `{"type": "string"}`})
	s.refuse(413, post, versions("a"), strings.Repeat(" ", 17<<20))
}

func TestASchemaOfAMegabyteIsTaken(t *testing.T) {
	t.Parallel()
	s := start(t)
	var body strings.Builder
	for i := range 12000 {
		fmt.Fprintf(&body, "message M%d {\n  string a_name_that_is_not_short = 1;\n  repeated .acme.M0 more_of_the_first = 2;\n}\n", i)
	}
	if body.Len() < 1<<20 {
		t.Fatalf("only %d bytes", body.Len())
	}
	id, _ := s.register("large", proto(body.String()))
	if again, _ := s.register("large", proto(body.String())); again != id {
		t.Errorf("ids %v and %v", id, again)
	}
}

func TestADescriptorInBase64IsASchema(t *testing.T) {
	t.Parallel()
	s := start(t)
	id, _ := s.register("a", message("string id = 1"))
	b, err := goproto.Marshal(&descriptorpb.FileDescriptorProto{
		Name: goproto.String("whatever"), Package: goproto.String("acme"), Syntax: goproto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{Name: goproto.String("Order"), Field: []*descriptorpb.FieldDescriptorProto{{
			Name: goproto.String("id"), Number: goproto.Int32(1), Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
			Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	schema := object{"schemaType": "PROTOBUF", "schema": base64.StdEncoding.EncodeToString(b)}
	if again, _ := s.register("a", schema); again != id {
		t.Errorf("ids %v and %v", id, again)
	}
}

func TestMetadataAndRulesArePartOfASchema(t *testing.T) {
	t.Parallel()
	s := start(t)
	plain := message("string id = 1")
	owned := with(plain, "metadata", object{"properties": object{"owner": "shop"}})
	ruled := with(owned, "ruleSet", object{"domainRules": []any{object{"name": "r", "kind": "CONDITION", "mode": "WRITE", "type": "CEL", "expr": "true"}}})
	for i, schema := range []object{plain, owned, ruled} {
		if id, _ := s.register("a", schema); id != float64(i+1) {
			t.Errorf("schema %d has id %v", i+1, id)
		}
	}
	got := s.get(versions("a") + "/3").(object)
	for _, part := range []string{"metadata", "ruleSet"} {
		if diff := cmp.Diff(ruled[part], got[part]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", part, diff)
		}
	}
	if v := s.do(post, "/subjects/a", plain).(object)["version"]; v != 3.0 {
		t.Errorf("without metadata version %v is found, want the latest", v)
	}
	if v := s.do(post, "/subjects/a", owned).(object)["version"]; v != 2.0 {
		t.Errorf("with metadata version %v is found, want 2", v)
	}
	guid := func(id string) any { return s.get("/schemas/ids/" + id).(object)["guid"] }
	if guid("1") == guid("2") || guid("2") == guid("3") {
		t.Error("schemas with other metadata or rules share a guid")
	}
}

func TestANewVersionInheritsMetadataUnlessItBringsItsOwn(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := object{"properties": object{"owner": "shop"}}
	s.register("a", with(message("string id = 1"), "metadata", owner))
	s.register("a", message("string id = 1", "string name = 2"))
	if diff := cmp.Diff(any(owner), s.get(versions("a") + "/2").(object)["metadata"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.register("a", object{"schemaType": "PROTOBUF", "metadata": object{"properties": object{"owner": "sales"}}})
	second, third := s.get(versions("a")+"/2").(object), s.get(versions("a")+"/3").(object)
	if second["schema"] != third["schema"] || cmp.Equal(second["metadata"], third["metadata"]) {
		t.Errorf("metadata alone became %v", third)
	}
}

func TestAContentHasOneGUIDInEveryRegistry(t *testing.T) {
	t.Parallel()
	first, second := start(t), start(t)
	second.register("other", message("string other = 1"))
	a := first.do(post, versions("a"), message("string id = 1")).(object)
	b := second.do(post, versions("b"), proto("message Order { string id = 1; } // Same.")).(object)
	if a["guid"] != b["guid"] || a["id"] == b["id"] {
		t.Errorf("guids %v and %v of ids %v and %v", a["guid"], b["guid"], a["id"], b["id"])
	}
}

func TestFiftyAtOnceRegisterOneSchema(t *testing.T) {
	t.Parallel()
	s := start(t)
	counts := s.atOnce(50, func(int) string {
		_, answer := s.send(post, versions("a"), message("string id = 1"))
		return string(answer)
	})
	if len(counts) != 1 {
		t.Errorf("answers and how often: %v", counts)
	}
	s.want([]any{1.0}, http.MethodGet, versions("a"), "")
}

// atOnce runs f n times at once, and counts what it returns.
func (s *server) atOnce(n int, f func(int) string) map[string]int {
	counts := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			result := f(i)
			mu.Lock()
			defer mu.Unlock()
			counts[result]++
		})
	}
	wg.Wait()
	return counts
}
