package registry

import (
	"cmp"
	"slices"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/runtime/payload"
	"github.com/evgen-dev/evgen/schema/source"
)

// Schema is what one registers. What it means follows from the text and the references.
type Schema struct {
	Text       string
	References []Reference
	Metadata   map[string]string // facts beside the schema; Confluent's registries from 7.4 keep them, others drop them
	Deps       []source.Tree     // files that registries bring and evgen does not, see [Brought]; they are not sent
}

// Reference is where an import of a schema is registered.
type Reference struct {
	Name    string // path of the import, e.g., acme/common/v1/money.proto
	Subject string // evgen's are called like the path
	Version int    // Latest: the one that is latest when it is used
}

// Latest as a version of a [Reference] is whatever comes last.
const Latest = -1

// Version is a registered schema.
type Version struct {
	Schema
	Subject string
	Number  int
	ID      uint32
	GUID    payload.GUID      // zero: the server has none
	Imports map[string]string // text of each file that it imports, directly or not, by path; not those that every registry brings
}

const protobuf = "PROTOBUF"

// onTheWire returns the schema as requests carry it: with a type, since servers guess differently without, and references in
// one order, which is part of the identity of a schema on some.
func (s Schema) onTheWire() sr.Schema {
	sent := sr.Schema{Schema: s.Text, Type: sr.TypeProtobuf}
	for _, r := range s.sorted() {
		sent.References = append(sent.References, sr.SchemaReference(r))
	}
	if len(s.Metadata) > 0 {
		sent.SchemaMetadata = &sr.SchemaMetadata{Properties: s.Metadata}
	}
	return sent
}

func (s Schema) sorted() []Reference {
	return slices.SortedFunc(slices.Values(s.References), func(a, b Reference) int { return cmp.Compare(a.Name, b.Name) })
}

// wireVersion is an answer about one version. Fields that a server leaves out are zero.
type wireVersion struct {
	Subject    string               `json:"subject"`
	Version    int                  `json:"version"`
	ID         int64                `json:"id"`
	GUID       string               `json:"guid"`
	Schema     string               `json:"schema"`
	Type       string               `json:"schemaType"`
	References []sr.SchemaReference `json:"references"`
	Metadata   *sr.SchemaMetadata   `json:"metadata"`
}

// version returns the answer as a [Version] without imports.
func (w wireVersion) version() *Version {
	v := &Version{Subject: w.Subject, Number: w.Version, ID: uint32(w.ID), Schema: Schema{Text: w.Schema}}
	// A GUID of another form is one that no header can carry.
	v.GUID, _ = payload.ParseGUID(w.GUID)
	for _, r := range w.References {
		v.References = append(v.References, Reference(r))
	}
	if w.Metadata != nil {
		v.Metadata = w.Metadata.Properties
	}
	return v
}
