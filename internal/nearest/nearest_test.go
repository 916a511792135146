package nearest_test

import (
	"testing"

	"github.com/evgen-dev/evgen/internal/nearest"
)

func TestNearestNameIsAboutAsLong(t *testing.T) {
	t.Parallel()
	candidates := []string{"order_id", "buyer_id", "revision", "sku"}
	for name, want := range map[string]string{
		"ordr_id":   "order_id",
		"odrer_id":  "order_id", // a swap is one edit
		"Order_ID":  "order_id",
		"reversion": "revision",
		"sk":        "sku",
		"placed_at": "",
		"x":         "",
	} {
		if got := nearest.Of(name, candidates); got != want {
			t.Errorf("Of(%q) = %q; want %q", name, got, want)
		}
	}
}
