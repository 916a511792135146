package registrytest

import (
	"errors"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema/compat"
)

// replace returns an edit that changes one line of the linked text of sites.proto.
func (s *server) replace(old, now string) func(string) string {
	return func(text string) string {
		if strings.Count(text, old) != 1 {
			s.Fatalf("%q is not once in\n%s", old, text)
		}
		return strings.Replace(text, old, now, 1)
	}
}

func registeredEventIsVerified(s *server) {
	site := NewSite(s)
	want := RegisterEvent(s, s.client, site, Unchanged)
	s.setLevel(want.Subject, compat.LevelNone)
	RegisterEvent(s, s.client, site, s.replace("string owner_id = 3", "string owner = 3")) // the next release is registered already
	schemas, err := registry.Verify(s.Context(), s.client, site)
	if err != nil {
		s.Fatal(err)
	}
	got, err := schemas.Schema("acme.sites.v1.Site")
	if err != nil || got.ID != want.ID || !strings.HasSuffix(got.URI, "/schemas/ids/"+decimal(want.ID)) {
		s.Errorf("schema %+v, %v, want that of version %+v", got, err, want)
	}
	if diff := cmp.Diff([]int{0}, got.Index); diff != "" {
		s.Errorf("index (-want +got):\n%s", diff)
	}
	if _, err := schemas.Schema("acme.sites.v1.Other"); err == nil {
		s.Error("an event that was not verified has a schema")
	}
}

func handWrittenTextIsVerified(s *server) {
	site := NewSite(s)
	want := RegisterEvent(s, s.client, site, func(text string) string {
		return "// Written by hand.\n" + s.replace("string owner_id = 3;", "\n    string owner_id=3 ; // who")(text)
	})
	schemas, err := registry.Verify(s.Context(), s.client, site)
	if err != nil {
		s.Fatal(err)
	}
	if got, err := schemas.Schema("acme.sites.v1.Site"); err != nil || got.ID != want.ID {
		s.Errorf("schema %+v, %v, want id %d", got, err, want.ID)
	}
}

func incompatibleEventIsRefusedWithItsRule(s *server) {
	site := NewSite(s)
	v := RegisterEvent(s, s.client, site, s.replace("string owner_id = 3", "double owner_id = 3"))
	s.setLevel(v.Subject, compat.LevelBackward)
	_, err := registry.Verify(s.Context(), s.client, site)
	mismatch, ok := errors.AsType[*registry.MismatchError](err)
	if !ok {
		s.Fatalf("error %v, want a MismatchError", err)
	}
	if len(mismatch.Findings) != 1 || mismatch.Findings[0].Subject != "acme.sites.v1.Site.owner_id" || mismatch.Answer.Verdict != registry.Incompatible {
		s.Errorf("findings %+v, answer %+v", mismatch.Findings, mismatch.Answer)
	}
	for _, part := range []string{"verify acme.sites.v1.Site:", v.Subject, mismatch.Findings[0].Rule, "the registry finds it incompatible"} {
		if !strings.Contains(err.Error(), part) {
			s.Errorf("error lacks %q: %v", part, err)
		}
	}
}

// No registry knows what an annotation means: Site is keyed by another field now.
func changedKeyIsRefusedWithItsRule(s *server) {
	site := NewSite(s)
	RegisterEvent(s, s.client, site, func(text string) string {
		const key = " [(.evgen.v1.field) = {key: true}]"
		text, _, _ = strings.Cut(text, "message InstalledAppRow") // its key must hold that of its event
		text = s.replace("string site_id = 1"+key, "string site_id = 1")(text)
		return s.replace("string owner_id = 3", "string owner_id = 3"+key)(text)
	})
	_, err := registry.Verify(s.Context(), s.client, site)
	if err == nil || !strings.Contains(err.Error(), "KEY_FIELD_CHANGED against version 1: ") {
		s.Errorf("error %v, want one that names KEY_FIELD_CHANGED", err)
	}
}

func compatibleButUnregisteredEventIsRefused(s *server) {
	site := NewSite(s)
	v := RegisterEvent(s, s.client, site, func(text string) string {
		return s.replace("  string owner_id = 3;\n", "")(text)
	})
	s.setLevel(v.Subject, compat.LevelBackward)
	_, err := registry.Verify(s.Context(), s.client, site)
	mismatch, ok := errors.AsType[*registry.MismatchError](err)
	if !ok || mismatch.Answer.Verdict != registry.Compatible {
		s.Fatalf("error %v, want a MismatchError that the registry would take", err)
	}
	if !strings.Contains(err.Error(), "run evgen register") {
		s.Errorf("error without a next step: %v", err)
	}
}

func everyUnregisteredEventIsNamed(s *server) {
	one, other := NewSite(s), NewSite(s)
	_, err := registry.Verify(s.Context(), s.client, one, other)
	if !errors.Is(err, registry.ErrUnknownSubject) {
		s.Errorf("error %v, want ErrUnknownSubject", err)
	}
	for _, e := range []*Site{one, other} {
		if !strings.Contains(err.Error(), e.Contract().SubjectName()) {
			s.Errorf("error lacks subject %s: %v", e.Contract().SubjectName(), err)
		}
	}
}

// A broken version beside the right one hides nothing, and alone lets nothing pass.
func unreadableVersionsAreNoPass(s *server) {
	site := NewSite(s)
	subject := site.Contract().SubjectName()
	broken := onTheWire(message("string id = 1"))
	broken.Schema = strings.Replace(broken.Schema, "Placed {", "Placed {\n  reserved 1;", 1) // servers take it, compilers do not
	if _, err := s.raw.RegisterSchema(s.Context(), subject, broken, -1, -1); err != nil {
		s.wantCode(err, "a server that compiles refuses it", 42201)
		return
	}
	if _, err := registry.Verify(s.Context(), s.client, site); !isSchemaError(err) {
		s.Errorf("error %v, want a SchemaError", err)
	}
	if _, err := s.client.Versions(s.Context(), subject); err != nil {
		s.Errorf("what does not compile can still be read: %v", err)
	}
	if _, err := s.raw.RegisterSchema(s.Context(), subject, sr.Schema{Schema: "no protobuf", Type: sr.TypeProtobuf}, -1, -1); err == nil {
		s.Error("garbage was registered")
	}
}
