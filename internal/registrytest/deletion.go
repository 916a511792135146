package registrytest

import (
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"
)

func (s *server) deleteSubject(subject string, how sr.DeleteHow) {
	s.Helper()
	if _, err := s.raw.DeleteSubject(s.Context(), subject, how); err != nil {
		s.Fatalf("delete %s: %v", subject, err)
	}
}

func (s *server) numbers(subject string) []int {
	s.Helper()
	versions, err := s.client.Versions(s.Context(), subject)
	if err != nil {
		s.Fatal(err)
	}
	var numbers []int
	for _, v := range versions {
		numbers = append(numbers, v.Number)
	}
	return numbers
}

func deletedVersionIsHiddenAndComesBack(s *server) {
	subject := s.subject()
	first := s.register(subject, message("string id = 1"))
	s.register(subject, message("string id = 1", "string name = 2"))
	if err := s.raw.DeleteSchema(s.Context(), subject, 1, sr.SoftDelete); err != nil {
		s.Fatal(err)
	}
	if diff := cmp.Diff([]int{2}, s.numbers(subject)); diff != "" {
		s.Errorf("versions (-want +got):\n%s", diff)
	}
	if _, err := s.raw.SchemaByID(s.Context(), int(first.ID)); err != nil {
		s.Errorf("records on the log lost their schema: %v", err)
	}
	again := s.register(subject, message("string id = 1"))
	if again.ID != first.ID || again.Number != 3 {
		s.Errorf("registered again as id %d version %d, want id %d version 3", again.ID, again.Number, first.ID)
	}
}

func hardDeletionNeedsSoftDeletion(s *server) {
	subject := s.subject()
	s.register(subject, message("string id = 1"))
	s.register(subject, message("string id = 1", "string name = 2"))
	err := s.raw.DeleteSchema(s.Context(), subject, 1, sr.HardDelete)
	s.wantCode(err, "hard deletion of a version", 40407)
	_, err = s.raw.DeleteSubject(s.Context(), subject, sr.HardDelete)
	s.wantCode(err, "hard deletion of a subject", 40405)
	s.deleteSubject(subject, sr.SoftDelete)
	s.deleteSubject(subject, sr.HardDelete)
	if v := s.register(subject, message("string id = 1")); v.Number != 1 {
		s.Errorf("after a hard deletion the first version is %d", v.Number)
	}
}

func deletedSubjectIsRegisteredAgain(s *server) {
	subject := s.subject()
	first := s.register(subject, message("string id = 1"))
	s.deleteSubject(subject, sr.SoftDelete)
	again := s.register(subject, message("string id = 1"))
	if again.ID != first.ID || again.Number != 2 {
		s.Errorf("registered again as id %d version %d, want id %d version 2", again.ID, again.Number, first.ID)
	}
}
