package payload

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// GUID names a schema by its content, the same in all registries. Zero: unknown.
type GUID [16]byte

// ParseGUID reads a GUID as registries write it: a UUID with dashes.
func ParseGUID(text string) (GUID, error) {
	var g GUID
	digits := strings.ReplaceAll(text, "-", "")
	if len(text) != 36 || len(digits) != hex.EncodedLen(len(g)) {
		return g, fmt.Errorf("parse schema GUID %.60q: it is no UUID", text)
	}
	if _, err := hex.Decode(g[:], []byte(digits)); err != nil {
		return g, fmt.Errorf("parse schema GUID %.60q: %w", text, err)
	}
	return g, nil
}

// String returns the GUID as a UUID, e.g., 1b4e28ba-2fa1-11d2-883f-0016d3cca427.
func (g GUID) String() string {
	h := hex.EncodeToString(g[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
