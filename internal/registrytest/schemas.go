package registrytest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/runtime/registry"
)

func registerIsIdempotent(s *server) {
	subject := s.subject()
	first := s.register(subject, message("string id = 1"))
	again := s.register(subject, message("string id = 1"))
	if first.ID != again.ID || first.Number != 1 || again.Number != 1 {
		s.Errorf("id %d version %d, then id %d version %d: want the same id, version 1", first.ID, first.Number, again.ID, again.Number)
	}
}

func oneTextInTwoSubjectsHasOneID(s *server) {
	one, other := s.subject(), s.subject()
	schema := message("string id = 1", "string "+ident(one)+" = 2")
	a, b := s.register(one, schema), s.register(other, schema)
	if a.ID != b.ID {
		s.Errorf("ids %d and %d, want one", a.ID, b.ID)
	}
	versions, err := s.raw.SchemaVersionsByID(s.Context(), int(a.ID))
	if err != nil {
		s.Fatal(err)
	}
	for _, subject := range []string{one, other} {
		if !slices.Contains(versions, sr.SubjectVersion{Subject: subject, Version: 1}) {
			s.Errorf("versions of id %d are %v, without %s", a.ID, versions, subject)
		}
	}
}

func lookupFindsWhatIsRegistered(s *server) {
	subject := s.subject()
	for _, known := range []bool{false, true} {
		if known {
			s.register(subject, message("string id = 1"))
		}
		v, err := s.client.Lookup(s.Context(), subject, message("string id = 1"))
		if err != nil || (v != nil) != known {
			s.Errorf("registered %t: found %+v, %v", known, v, err)
		}
		other, err := s.client.Lookup(s.Context(), subject, message("string other = 1"))
		if err != nil || other != nil {
			s.Errorf("another schema was found: %+v, %v", other, err)
		}
	}
	_, err := s.raw.LookupSchema(s.Context(), subject, onTheWire(message("string other = 1")))
	s.wantCode(err, "lookup of another schema", 40403)
	_, err = s.raw.LookupSchema(s.Context(), s.subject(), onTheWire(message("string id = 1")))
	s.wantCode(err, "lookup in an unknown subject", 40401)
}

// Another tool may have registered a text with comments and in another order; servers differ in whether that is the same schema.
func anotherTextIsNoNewVersion(s *server) {
	subject := s.subject()
	foreign := message("string name = 2", "string id = 1")
	foreign.Text = "// Written by hand.\n" + foreign.Text
	if _, err := s.raw.RegisterSchema(s.Context(), subject, onTheWire(foreign), -1, -1); err != nil {
		s.Fatal(err)
	}
	v := s.register(subject, message("string id = 1", "string name = 2"))
	if v.Number != 1 {
		s.Errorf("version %d, want 1", v.Number)
	}
}

func schemaIsReadByID(s *server) {
	v := s.register(s.subject(), message("string id = 1"))
	got, err := s.raw.SchemaByID(s.Context(), int(v.ID))
	if err != nil || got.Type != sr.TypeProtobuf || got.Schema == "" {
		s.Errorf("schema %+v, %v", got, err)
	}
	text, err := s.raw.SchemaTextByID(s.Context(), int(v.ID))
	if err != nil || !strings.HasPrefix(text, "syntax") {
		s.Errorf("raw text %q, %v", text, err)
	}
}

func versionsAreReadByNumberAndLatest(s *server) {
	subject := s.subject()
	s.register(subject, message("string id = 1"))
	s.register(subject, message("string id = 1", "string name = 2"))
	versions, err := s.client.Versions(s.Context(), subject)
	if err != nil {
		s.Fatal(err)
	}
	var numbers []int
	for _, v := range versions {
		numbers = append(numbers, v.Number)
		set, err := v.Compile(s.Context(), "acme/v1/placed.proto")
		if err != nil {
			s.Fatal(err)
		}
		if fields := len(set.Files.File[0].MessageType[0].Field); fields != v.Number {
			s.Errorf("version %d has %d fields", v.Number, fields)
		}
	}
	if diff := cmp.Diff([]int{1, 2}, numbers); diff != "" {
		s.Errorf("versions (-want +got):\n%s", diff)
	}
	latest, err := s.raw.SchemaByVersion(s.Context(), subject, -1)
	if err != nil || latest.Version != 2 || latest.ID != int(versions[1].ID) {
		s.Errorf("latest is %+v, %v", latest, err)
	}
}

func absentThingsHaveTheirCodes(s *server) {
	_, err := s.raw.SubjectVersions(s.Context(), s.subject())
	s.wantCode(err, "versions of an unknown subject", 40401)
	subject := s.subject()
	s.register(subject, message("string id = 1"))
	_, err = s.raw.SchemaByVersion(s.Context(), subject, 7)
	s.wantCode(err, "unknown version", 40402)
	_, err = s.raw.SchemaByID(s.Context(), 1<<30)
	s.wantCode(err, "unknown id", 40403)
	if _, err = s.client.Versions(s.Context(), s.subject()); !errors.Is(err, registry.ErrUnknownSubject) {
		s.Errorf("versions of an unknown subject: %v, want ErrUnknownSubject", err)
	}
}

func subjectsAreListedWithoutDeletedOnes(s *server) {
	prefix := s.subject()
	for _, name := range []string{"-a", "-b", "-gone"} {
		s.register(prefix+name, message("string id = 1"))
	}
	s.deleteSubject(prefix+"-gone", sr.SoftDelete)
	got, err := s.client.Subjects(s.Context(), prefix)
	if err != nil {
		s.Fatal(err)
	}
	if diff := cmp.Diff([]string{prefix + "-a", prefix + "-b"}, got); diff != "" {
		s.Errorf("subjects (-want +got):\n%s", diff)
	}
	all, err := s.raw.Subjects(sr.WithParams(s.Context(), sr.ShowDeleted))
	if err != nil || !slices.Contains(all, prefix+"-gone") {
		s.Errorf("with deleted ones: %t, %v", slices.Contains(all, prefix+"-gone"), err)
	}
}

func oddSubjectNamesWork(s *server) {
	for _, name := range []string{"/with/slash.proto", " with space", ".dots..", "_ünïcode", "%25percent", "+plus&and=is?"} {
		subject := s.subject() + name
		want := s.register(subject, message("string id = 1"))
		versions, err := s.client.Versions(s.Context(), subject)
		if err != nil || len(versions) != 1 || versions[0].ID != want.ID {
			s.Errorf("versions of %q: %v, %v", subject, versions, err)
		}
	}
}

func schemaOfOneMegabyteWorks(s *server) {
	var fields []string
	for size := 0; size < 1<<20; {
		field := fmt.Sprintf("string a_field_with_a_rather_long_name_so_that_few_are_needed_%06d = %d", len(fields)+1, len(fields)+1)
		fields = append(fields, field)
		size += len(field)
	}
	subject := s.subject()
	v := s.register(subject, message(fields...))
	if again := s.register(subject, message(fields...)); again.ID != v.ID {
		s.Errorf("id %d, then %d", v.ID, again.ID)
	}
}
