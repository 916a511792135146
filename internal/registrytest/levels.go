package registrytest

import (
	"fmt"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema/compat"
)

func levelsAreSetAndReadBack(s *server) {
	subject := s.subject()
	s.register(subject, message("string id = 1"))
	var want, got []compat.Level
	for level := compat.LevelNone; level <= compat.LevelFullTransitive; level++ {
		s.setLevel(subject, level)
		read, set, err := s.client.Level(s.Context(), subject)
		if err != nil || !set {
			s.Fatalf("read level: set %t, %v", set, err)
		}
		want, got = append(want, level), append(got, read)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("levels (-want +got):\n%s", diff)
	}
}

func backwardCheckAndRegistrationAgree(s *server) {
	subject := s.subject()
	s.register(subject, message("string id = 1"))
	s.setLevel(subject, compat.LevelBackward)
	for _, tt := range []struct {
		schema registry.Schema
		want   registry.Verdict
	}{
		{message("bool id = 1"), registry.Incompatible},
		{message("string id = 1", "string name = 2"), registry.Compatible},
	} {
		answer, err := s.client.Compatible(s.Context(), subject, tt.schema)
		if err != nil || answer.Verdict != tt.want {
			s.Errorf("check says %v, %v, want %v", answer, err, tt.want)
		}
		_, err = s.client.Register(s.Context(), subject, tt.schema)
		if isIncompatible(err) != (tt.want == registry.Incompatible) {
			s.Errorf("registration ends with %v, want %v", err, tt.want)
		}
	}
}

// The third version gives the number of the second's removed field, string, to another type: only the first still has it.
func transitiveLooksAtAllVersions(s *server) {
	for _, tt := range []struct {
		level   compat.Level
		refused bool
	}{{compat.LevelBackward, false}, {compat.LevelBackwardTransitive, true}} {
		subject := s.subject()
		s.register(subject, message("string id = 1", "string name = 2"))
		s.setLevel(subject, compat.LevelNone)
		s.register(subject, message("string id = 1"))
		s.setLevel(subject, tt.level)
		_, err := s.client.Register(s.Context(), subject, message("string id = 1", "bool flag = 2"))
		if isIncompatible(err) != tt.refused || err != nil && !tt.refused {
			s.Errorf("%s: registration ends with %v, want refused %t", tt.level, err, tt.refused)
		}
	}
}

func noneTakesAnything(s *server) {
	subject := s.subject()
	s.register(subject, message("string id = 1"))
	s.setLevel(subject, compat.LevelNone)
	if v := s.register(subject, message("bool id = 1")); v.Number != 2 {
		s.Errorf("version %d, want 2", v.Number)
	}
}

func unknownSubjectTakesAnySchema(s *server) {
	answer, err := s.client.Compatible(s.Context(), s.subject(), message("string id = 1"))
	if err != nil || answer.Verdict != registry.Compatible {
		s.Errorf("check says %v, %v", answer, err)
	}
	raw, err := s.raw.CheckCompatibility(s.Context(), s.subject(), -1, onTheWire(message("string id = 1")))
	if err != nil || !raw.Is {
		s.Errorf("check with the latest says %v, %v", raw, err)
	}
}

func oneSchemaAtOnceHasOneID(s *server) {
	subject := s.subject()
	ids := map[string]int{}
	s.atOnce(50, func(int) string {
		v, err := s.client.Register(s.Context(), subject, message("string id = 1"))
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("id %d version %d", v.ID, v.Number)
	}, ids)
	if len(ids) != 1 || ids[firstKey(ids)] != 50 || !strings.HasSuffix(firstKey(ids), "version 1") {
		s.Errorf("results and how often: %v, want one id, version 1", ids)
	}
}

func ofIncompatibleSchemasOneWins(s *server) {
	subject := s.subject()
	s.register(subject, message("string id = 1"))
	s.setLevel(subject, compat.LevelBackwardTransitive)
	types := []string{"string", "double", "fixed32", "sint64", "float"}
	results := map[string]int{}
	s.atOnce(20, func(i int) string {
		_, err := s.client.Register(s.Context(), subject, message("string id = 1", fmt.Sprintf("%s name = 2", types[i%len(types)])))
		switch {
		case isIncompatible(err):
			return "refused"
		case err != nil:
			return err.Error()
		}
		return types[i%len(types)]
	}, results)
	if results["refused"] != 16 || len(results) != 2 {
		s.Errorf("results and how often: %v, want one type four times, and sixteen refused", results)
	}
}

// atOnce runs f n times at once and counts what it returns.
func (s *server) atOnce(n int, f func(int) string, counts map[string]int) {
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
}
