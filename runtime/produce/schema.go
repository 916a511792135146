package produce

import (
	"fmt"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
)

// Schemas are the schemas of events in a registry. What registry.Verify returns, is one.
type Schemas interface {
	// Schema returns the schema that messages of an event are written with, by the event's full name. It must be that which
	// this program was built with, else readers decode with a wrong one.
	Schema(event string) (payload.Schema, error)
}

// SchemaIDs puts the id of the event's schema before each message, the form that all readers with a schema registry know. Without a schema of the
// event no message is published.
func SchemaIDs(s Schemas) Option {
	return optionFunc(func(to *settings) { to.schemas, to.form = s, idForm })
}

// SchemaGUIDs puts the GUID of the event's schema into a record header, which leaves the message bare: readers without a schema registry need
// not know of it. Of Confluent's readers those from 8.0 do. Without a schema of the event, or when the registry has no GUIDs, no message is published.
func SchemaGUIDs(s Schemas) Option {
	return optionFunc(func(to *settings) { to.schemas, to.form = s, guidForm })
}

type schemaForm uint8

const (
	noForm schemaForm = iota
	idForm
	guidForm
)

// stamp is how records say which schema they are written with. Records share its bytes.
type stamp struct {
	frame   []byte        // comes before each message
	headers event.Headers // of each record with a value
}

func newStamp(s *settings, name string) (stamp, error) {
	if s.form == noForm {
		return stamp{}, nil
	}
	schema, err := s.schemas.Schema(name)
	if err != nil {
		return stamp{}, fmt.Errorf("publish %s: %w", name, err)
	}
	var made stamp
	if schema.URI != "" {
		made.headers = event.Headers{{Key: event.HeaderDataSchema, Value: []byte(schema.URI)}}
	}
	if s.form == idForm {
		made.frame = payload.Frame(schema.ID, schema.Index, nil)
		return made, nil
	}
	if schema.GUID == (payload.GUID{}) {
		return stamp{}, fmt.Errorf("publish %s: the registry gave its schema no GUID, only id %d: use SchemaIDs, or a registry that has GUIDs", name, schema.ID)
	}
	made.headers = append(made.headers, payload.GUIDHeader(schema.GUID, schema.Index))
	return made, nil
}

// put returns body as the value of a record.
func (s stamp) put(body []byte) []byte {
	if s.frame == nil {
		return body
	}
	value := make([]byte, 0, len(s.frame)+len(body))
	return append(append(value, s.frame...), body...)
}
