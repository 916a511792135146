package realservers

import (
	"testing"

	"github.com/twmb/franz-go/pkg/sr"
)

func TestRegistryAnswers(t *testing.T) {
	t.Parallel()
	EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		cl, err := sr.NewClient(sr.URLs(url))
		if err != nil {
			t.Fatalf("make client: %v", err)
		}
		types, err := cl.SupportedTypes(t.Context())
		if err != nil {
			t.Fatalf("ask for types of schemas: %v", err)
		}
		for _, known := range types {
			if known == sr.TypeProtobuf {
				return
			}
		}
		t.Errorf("types of schemas are %v, without PROTOBUF", types)
	})
}
