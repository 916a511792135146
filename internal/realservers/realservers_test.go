package realservers

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outcome is a testing.TB that remembers how the test below it ended.
type outcome struct {
	testing.TB
	how string
}

func (o *outcome) Helper() {}

func (o *outcome) Skipf(format string, args ...any) {
	o.end("skipped: " + fmt.Sprintf(format, args...))
}

func (o *outcome) Fatalf(format string, args ...any) {
	o.end("failed: " + fmt.Sprintf(format, args...))
}

func (o *outcome) end(how string) {
	o.how = how
	runtime.Goexit()
}

// ended runs f as a test and returns how it ended.
func ended(t *testing.T, f func(testing.TB)) string {
	t.Helper()
	o := &outcome{TB: t, how: "passed"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(o)
	}()
	<-done
	return o.how
}

func TestAbsentServerSkipsTheTest(t *testing.T) {
	t.Setenv(kafkaVariable, "")
	t.Setenv(realVariable, "")
	got := ended(t, func(t testing.TB) { Kafka(t) })
	want := "skipped: needs a real Kafka broker: make test-real brings one, or set EVGEN_TEST_KAFKA"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("end of the test (-want +got):\n%s", diff)
	}
}

func TestAbsentServerFailsTheTestWhenRealServersAreRequired(t *testing.T) {
	t.Setenv(postgresVariable, "")
	t.Setenv(realVariable, "required")
	got := ended(t, func(t testing.TB) { Postgres(t) })
	want := "failed: EVGEN_TEST_POSTGRES is unset, and EVGEN_TEST_REAL=required asks for a real PostgreSQL server: run the tests by make test-real"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("end of the test (-want +got):\n%s", diff)
	}
}
