package devregistry_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const put = http.MethodPut

func TestTheLevelIsBackwardUntilItIsSet(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(object{"compatibilityLevel": "BACKWARD"}, http.MethodGet, "/config", "")
	s.refuse(40408, http.MethodGet, "/config/a", "")
	s.want(object{"compatibilityLevel": "BACKWARD"}, http.MethodGet, "/config/a?defaultToGlobal=true", "")
	s.register("a", message("string id = 1"))
	s.refuse(409, post, versions("a"), message("bool id = 1"))
}

func TestSevenLevelsAreSetAndReadBack(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, level := range []string{"NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"} {
		for _, path := range []string{"/config", "/config/a%2Fb"} {
			s.want(object{"compatibility": level}, put, path, object{"compatibility": strings.ToLower(level)})
			s.want(object{"compatibilityLevel": level}, http.MethodGet, path, "")
		}
	}
	s.refuse(42203, put, "/config/a", object{"compatibility": "SIDEWAYS"})
	s.refuse(42203, put, "/config", object{})
	s.refuse(400, put, "/config", "{")
	s.want(object{"compatibilityLevel": "FULL_TRANSITIVE"}, del, "/config/a%2Fb", "")
	s.refuse(40401, del, "/config/a%2Fb", "")
	s.want(object{"compatibilityLevel": "FULL_TRANSITIVE"}, del, "/config", "")
	s.want(object{"compatibilityLevel": "BACKWARD"}, http.MethodGet, "/config", "")
}

func TestCheckAndRegistrationAgree(t *testing.T) {
	t.Parallel()
	base := []string{"string id = 1", "int32 count = 2"}
	added := append(slices.Clone(base), "string name = 3")
	cases := []struct {
		name          string
		schema        object
		back, forward bool // compatible
	}{
		{"nothing", message(base...), true, true},
		{"a field is added", message(added...), true, true},
		{"a field is removed", message("string id = 1"), true, true},
		{"a field is renamed", message("string id = 1", "int32 number = 2"), true, true},
		{"a type changes", message("string id = 1", "string count = 2"), false, false},
		{"a type widens", message("string id = 1", "int64 count = 2"), true, true},
		{"a message is added", proto("message Order { string id = 1; int32 count = 2; }\nmessage Added {}"), true, false},
		{"the package changes", with(message(base...), "schema", "syntax = \"proto3\"; package other; message Order { string id = 1; int32 count = 2; }"), false, false},
		{"the message is gone", proto("message Other {}"), false, false},
	}
	for _, level := range []string{"NONE", "BACKWARD", "FORWARD", "FULL", "BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE"} {
		for _, c := range cases {
			t.Run(level+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				s := start(t)
				s.register("a", message(base...))
				s.setLevel("a", level)
				full := strings.HasPrefix(level, "FULL")
				want := (c.back || !full && !strings.HasPrefix(level, "BACKWARD")) && (c.forward || !full && !strings.HasPrefix(level, "FORWARD"))
				for _, path := range []string{"", "/latest", "/1"} {
					s.want(object{"is_compatible": want}, post, "/compatibility"+versions("a")+path, c.schema)
				}
				if want {
					s.register("a", c.schema)
				} else {
					s.refuse(409, post, versions("a"), c.schema)
				}
			})
		}
	}
}

func TestOnlyTransitiveLevelsLookBehindTheLatest(t *testing.T) {
	t.Parallel()
	for level, allowed := range map[string]bool{"BACKWARD": true, "BACKWARD_TRANSITIVE": false, "FORWARD_TRANSITIVE": false, "FULL": true} {
		s := start(t)
		s.register("a", message("string id = 1", "string name = 2"))
		s.register("a", message("string id = 1", "reserved 2"))
		s.setLevel("a", level)
		again := message("string id = 1", "bool name = 2")
		s.want(object{"is_compatible": allowed}, post, "/compatibility"+versions("a"), again)
		s.want(object{"is_compatible": true}, post, "/compatibility"+versions("a")+"/latest", again)
		s.want(object{"is_compatible": false}, post, "/compatibility"+versions("a")+"/1", again)
		if allowed {
			s.register("a", again)
		} else {
			s.refuse(409, post, versions("a"), again)
		}
	}
}

func TestDeletedVersionsAreNotComparedWith(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("a", message("string id = 1"))
	s.do(del, versions("a")+"/1", "")
	s.want(object{"is_compatible": true}, post, "/compatibility"+versions("a")+"/latest", message("bool id = 1"))
	s.register("a", message("bool id = 1"))
}

func TestAnUnknownSubjectTakesAnySchema(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(object{"is_compatible": true}, post, "/compatibility"+versions("a"), message("string id = 1"))
	s.want(object{"is_compatible": true}, post, "/compatibility"+versions("a")+"/latest?verbose=true", message("string id = 1"))
	s.refuse(40402, post, "/compatibility"+versions("a")+"/1", message("string id = 1"))
	s.refuse(42202, post, "/compatibility"+versions("a")+"/first", message("string id = 1"))
}

func TestVerboseAnswersSayWhy(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("a", message("string id = 1"))
	path := "/compatibility" + versions("a") + "/latest?verbose=true"
	messages := fmt.Sprint(s.do(post, path, message("double id = 1")).(object)["messages"])
	wants := []string{`{errorType:"FIELD_SCALAR_KIND_CHANGED", description:"`, "#/Order/1", "{oldSchemaVersion: 1}", "{oldSchema: '", "{compatibility: 'BACKWARD'}"}
	refusal := s.refuse(409, post, versions("a"), message("double id = 1"))
	for _, want := range wants {
		if !strings.Contains(messages, want) || !strings.Contains(refusal, want) {
			t.Errorf("want %s in %s and in %s", want, messages, refusal)
		}
	}
}

func TestOfIncompatibleSchemasAtOnceOneWins(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(object{"compatibility": "BACKWARD_TRANSITIVE"}, put, "/config", object{"compatibility": "BACKWARD_TRANSITIVE"})
	types := []string{"string", "double", "fixed32", "sint64", "float"}
	for round := range 5 {
		subject := fmt.Sprint("round-", round)
		s.register(subject, message("string id = 1"))
		counts := s.atOnce(50, func(i int) string {
			status, answer := s.send(post, versions(subject), message("string id = 1", types[i%len(types)]+" name = 2"))
			if status == http.StatusConflict {
				return "refused"
			}
			var o object
			if err := json.Unmarshal(answer, &o); err != nil {
				return err.Error()
			}
			return fmt.Sprintf("id %v version %v", o["id"], o["version"])
		})
		if counts["refused"] != 40 || len(counts) != 2 {
			t.Errorf("answers and how often: %v, want one type ten times, and forty refused", counts)
		}
	}
}

func TestAReadOnlySubjectRefusesChanges(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("a", message("string id = 1"))
	s.want(object{"mode": "READWRITE"}, http.MethodGet, "/mode", "")
	s.refuse(40409, http.MethodGet, "/mode/a", "")
	s.want(object{"mode": "READWRITE"}, http.MethodGet, "/mode/a?defaultToGlobal=true", "")
	for _, path := range []string{"/mode/a", "/mode"} {
		s.want(object{"mode": "READONLY"}, put, path, object{"mode": "readonly"})
		s.want(object{"mode": "READONLY"}, http.MethodGet, path, "")
		s.refuse(42205, post, versions("a"), message("string id = 1", "string name = 2"))
		s.refuse(42205, put, "/config/a", object{"compatibility": "NONE"})
		s.refuse(42205, del, "/subjects/a", "")
		s.register("a", message("string id = 1")) // changes nothing
		s.want(object{"mode": "READONLY"}, del, path, "")
	}
	s.refuse(40401, del, "/mode/a", "")
	s.refuse(42204, put, "/mode/a", object{"mode": "UPSIDEDOWN"})
	s.register("a", message("string id = 1", "string name = 2"))
}

func TestImportedSchemasKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	s := start(t)
	numbered := func(schema object, id, version int) object { return with(with(schema, "id", id), "version", version) }
	s.refuse(42205, post, versions("a"), numbered(message("string id = 1"), 40, 7))
	s.want(object{"mode": "IMPORT"}, put, "/mode/a", object{"mode": "IMPORT"})
	s.refuse(42205, post, versions("a"), message("string id = 1"))
	for _, schema := range []object{numbered(message("string id = 1"), 40, 7), numbered(message("bool id = 1"), 30, 3)} {
		if id, version := s.register("a", schema); id != float64(schema["id"].(int)) || version != float64(schema["version"].(int)) {
			t.Errorf("imported as id %v version %v, want %v and %v", id, version, schema["id"], schema["version"])
		}
	}
	s.want([]any{3.0, 7.0}, http.MethodGet, versions("a"), "")
	s.refuse(42205, post, versions("a"), numbered(message("int32 id = 1"), 40, 9))
	s.refuse(42205, post, versions("a"), numbered(message("int32 id = 1"), 41, 7))
	s.register("b", message("string other = 1"))
	s.refuse(42205, put, "/mode/b", object{"mode": "IMPORT"})
	s.want(object{"mode": "IMPORT"}, put, "/mode/b?force=true", object{"mode": "IMPORT"})
	if id, _ := s.register("c", message("string new = 1")); id != 42 {
		t.Errorf("the id after 41 is %v", id)
	}
}
