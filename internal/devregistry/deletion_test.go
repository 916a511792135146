package devregistry_test

import (
	"net/http"
	"testing"
)

const del = http.MethodDelete

func TestADeletedVersionIsHiddenAndComesBackUnderItsID(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, _ := s.register("a", message("string id = 1"))
	s.register("a", message("string id = 1", "string name = 2"))
	s.want(1.0, del, versions("a")+"/1", "")
	s.want([]any{2.0}, http.MethodGet, versions("a"), "")
	s.want([]any{1.0, 2.0}, http.MethodGet, versions("a")+"?deleted=true", "")
	s.want([]any{1.0}, http.MethodGet, versions("a")+"?deletedOnly=true", "")
	s.refuse(40402, http.MethodGet, versions("a")+"/1", "")
	if v := s.get(versions("a") + "/1?deleted=true").(object); v["deleted"] != true || v["id"] != first {
		t.Errorf("the deleted version is %v", v)
	}
	s.want(s.get("/schemas/ids/1"), http.MethodGet, "/schemas/ids/1?subject=a", "")
	s.want([]any{}, http.MethodGet, "/schemas/ids/1/versions", "")
	s.want([]any{object{"subject": "a", "version": 1.0}}, http.MethodGet, "/schemas/ids/1/versions?deleted=true", "")
	s.refuse(40403, post, "/subjects/a", message("string id = 1"))
	if v := s.do(post, "/subjects/a?deleted=true", message("string id = 1")).(object)["version"]; v != 1.0 {
		t.Errorf("the lookup among deleted ones finds version %v", v)
	}
	if id, version := s.register("a", message("string id = 1")); id != first || version != 3 {
		t.Errorf("registered again as id %v version %v, want %v and 3", id, version, first)
	}
}

func TestADeletedSubjectIsHiddenAndGoesOn(t *testing.T) {
	t.Parallel()
	s := start(t)
	first, _ := s.register("a", message("string id = 1"))
	s.register("b", message("string id = 1"))
	s.setLevel("a", "FULL")
	s.want([]any{1.0}, del, "/subjects/a", "")
	s.want([]any{"b"}, http.MethodGet, "/subjects", "")
	s.want([]any{"a", "b"}, http.MethodGet, "/subjects?deleted=true", "")
	s.want([]any{"a"}, http.MethodGet, "/subjects?deletedOnly=true", "")
	s.refuse(40401, http.MethodGet, versions("a"), "")
	s.refuse(40401, http.MethodGet, versions("a")+"/latest", "")
	s.refuse(40408, http.MethodGet, "/config/a", "")
	if id, version := s.register("a", message("string id = 1")); id != first || version != 2 {
		t.Errorf("registered again as id %v version %v, want %v and 2", id, version, first)
	}
}

func TestWhatGoesForGoodIsDeletedBefore(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("a", message("string id = 1"))
	s.register("a", message("string id = 1", "string name = 2"))
	s.refuse(40405, del, "/subjects/a?permanent=true", "")
	s.refuse(40407, del, versions("a")+"/1?permanent=true", "")
	s.want(2.0, del, versions("a")+"/latest", "")
	s.refuse(40406, del, versions("a")+"/2", "")
	s.want(2.0, del, versions("a")+"/2?permanent=true", "")
	s.refuse(40402, del, versions("a")+"/2", "")
	s.refuse(40403, http.MethodGet, "/schemas/ids/2", "")
	s.want([]any{1.0}, del, "/subjects/a", "")
	s.refuse(40404, del, "/subjects/a", "")
	s.want([]any{1.0}, del, "/subjects/a?permanent=true", "")
	s.refuse(40401, del, "/subjects/a?permanent=true", "")
	s.refuse(40401, del, versions("a")+"/1", "")
	s.want([]any{}, http.MethodGet, "/subjects?deleted=true", "")
	if id, version := s.register("a", message("string id = 1")); id != 3 || version != 1 {
		t.Errorf("registered again as id %v version %v, want an id that nobody had, 3, and 1", id, version)
	}
}

func TestWhatIsReferredToStays(t *testing.T) {
	t.Parallel()
	s := start(t)
	registerOrder(s)
	s.refuse(42206, del, "/subjects/money", "")
	s.refuse(42206, del, versions("money")+"/1", "")
	s.refuse(42206, del, versions("acme/line.proto")+"/latest", "")
	s.want([]any{1.0}, del, "/subjects/orders-value", "")
	s.refuse(42206, del, "/subjects/acme%2Fline.proto", "")
	s.want([]any{1.0}, del, "/subjects/orders-value?permanent=true", "")
	s.want([]any{1.0}, del, "/subjects/acme%2Fline.proto", "")
	s.want([]any{}, http.MethodGet, versions("money")+"/1/referencedby", "")
	s.want([]any{2.0}, http.MethodGet, versions("money")+"/1/referencedby?deleted=true", "")
	s.want([]any{1.0}, del, "/subjects/acme%2Fline.proto?permanent=true", "")
	s.want([]any{1.0}, del, "/subjects/money", "")
}

func TestADeletedVersionIsNotReferredTo(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.register("money", proto(moneyText))
	s.want([]any{1.0}, del, "/subjects/money", "")
	s.refuse(42201, post, versions("line"), proto(lineText, reference{"acme/money.proto", "money", 1}))
}
