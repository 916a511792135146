package schema

import (
	"strings"
	"testing"
)

func TestTopicsAreNamedInSnakeCase(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"OrderPlaced":      "order_placed",
		"HTTPRoute":        "http_route",
		"RouteHTTP":        "route_http",
		"Route2Added":      "route2_added",
		"Already_Snake":    "already_snake",
		"X":                "x",
		"SKU":              "sku",
		"aB":               "a_b",
		"OAuth2TokenAdded": "o_auth2_token_added",
	} {
		if got := snakeCase(name); got != want {
			t.Errorf("snakeCase(%q) = %q; want %q", name, got, want)
		}
	}
}

func TestColumnsCountBytesAndTabsAsOne(t *testing.T) {
	t.Parallel()
	line := "\tstring /* ü */\tid = 1;\n"
	for column, want := range map[int]string{0: "\t", 8: "string", 18: "ü", 24: "id", 99: ""} {
		if got := line[byteColumn(line, column):]; !strings.HasPrefix(got, want) {
			t.Errorf("byteColumn(%d) points at %q; want %q", column, got, want)
		}
	}
}

func TestCommentsAreNotWithinStrings(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`string a = 1; // b`:           ` b`,
		`  // a // b`:                  ` a // b`,
		`x: "https://a" // b`:          ` b`,
		`x: 'it\'s // a' y: "//" // b`: ` b`,
		`x: "//"`:                      "",
	} {
		if _, got, _ := splitComment(line); got != want {
			t.Errorf("splitComment(%q) finds %q; want %q", line, got, want)
		}
	}
}
