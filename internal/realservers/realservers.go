// Package realservers gives tests the servers that evgen's guarantees are about: Apache Kafka, PostgreSQL, SQLite and a schema registry, and the
// compilers that call evgen as their plugin.
//
// SQLite is always there. The servers are when their addresses are in the environment, buf and protoc when their paths are, and a
// test that asks for an absent one is skipped with directions:
//
//	EVGEN_TEST_KAFKA     host:port, several separated by commas
//	EVGEN_TEST_POSTGRES  URL of a database whose user may create others, e.g., postgres://evgen@127.0.0.1:5432/postgres
//	EVGEN_TEST_REGISTRY  URL of a schema registry's API, e.g., http://127.0.0.1:8080/apis/ccompat/v7
//	EVGEN_TEST_BUF       path of the program
//	EVGEN_TEST_PROTOC    path of the program
//	EVGEN_TEST_REAL      "required" turns these skips into failures, so that a run meant for real servers never tests nothing
//
// The script run.sh beside this package installs, starts and stops the servers, installs the tools and sets all of them: `make test-real` runs
// everything against servers of its own, `make real-up` leaves some running for work on one package:
//
//	make real-up && eval "$(internal/realservers/run.sh env)" && go test ./runtime/sqldb/
//
// A database belongs to the test that asked for it. The Kafka broker is shared: a test creates topics, groups and
// transactional ids under names of its own. So is the registry, with its subjects.
package realservers

import (
	"os"
	"testing"
)

const (
	kafkaVariable    = "EVGEN_TEST_KAFKA"
	postgresVariable = "EVGEN_TEST_POSTGRES"
	registryVariable = "EVGEN_TEST_REGISTRY"
	bufVariable      = "EVGEN_TEST_BUF"
	protocVariable   = "EVGEN_TEST_PROTOC"
	realVariable     = "EVGEN_TEST_REAL"
)

// address returns what variable holds. Without it the test is skipped, or fails where real servers are required.
func address(t testing.TB, variable, server string) string {
	t.Helper()
	if a := os.Getenv(variable); a != "" {
		return a
	}
	if os.Getenv(realVariable) == "required" {
		t.Fatalf("%s is unset, and %s=required asks for a real %s: run the tests by make test-real", variable, realVariable, server)
	}
	t.Skipf("needs a real %s: make test-real brings one, or set %s", server, variable)
	return ""
}
