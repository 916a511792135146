package sqldb

import (
	"fmt"
	"testing"
)

func TestServersAreKnownByWhatTheySay(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"PostgreSQL 12.0":                      "<nil>",
		"PostgreSQL 15.8 (Debian) on x86_64":   "<nil>",
		"PostgreSQL 19beta1 on aarch64":        "<nil>",
		"PostgreSQL 11.22 on x86_64":           `the database calls itself "PostgreSQL 11.22 on x86_64", which is too old: evgen needs PostgreSQL 12`,
		"PostgreSQL 9.6.24":                    `the database calls itself "PostgreSQL 9.6.24", which is too old: evgen needs PostgreSQL 12`,
		"8.4.3":                                `the database calls itself "8.4.3": evgen knows PostgreSQL 12 and newer, and SQLite 3.37 and newer`,
		"CockroachDB CCL v25.1.2 (x86_64-unk)": `the database calls itself "CockroachDB CCL v25.1.2 (x86_64-unk)": evgen knows PostgreSQL 12 and newer, and SQLite 3.37 and newer`,
	}
	for version, want := range cases {
		if _, err := serverDialect(version); fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", version, err, want)
		}
	}
}

func TestVersionsCompareByNumbers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		version, minimum string
		want             bool
	}{
		{"3.37.0", "3.37", true}, {"3.37", "3.37", true}, {"3.100.1", "3.37", true}, {"4.0", "3.37", true},
		{"3.36.9", "3.37", false}, {"3", "3.37", false}, {"", "3.37", false}, {"x", "3.37", false},
	}
	for _, c := range cases {
		if got := atLeast(c.version, c.minimum); got != c.want {
			t.Errorf("%q at least %q: %t", c.version, c.minimum, got)
		}
	}
}

func TestIdentifiersAreQuoted(t *testing.T) {
	t.Parallel()
	for _, d := range []Dialect{Postgres{}, SQLite{}} {
		if got := d.Quote(`order"s`); got != `"order""s"` {
			t.Errorf("%s: %s", d.Name(), got)
		}
	}
}
