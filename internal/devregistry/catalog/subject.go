package catalog

// Version is a schema under a name.
type Version struct {
	Subject string `json:"subject"`
	Number  int    `json:"version"`
	ID      int    `json:"id"` // of its schema
	Deleted bool   `json:"deleted,omitempty"`
}

// Settings are those of a subject, or of all. An empty one is not set.
type Settings struct {
	Level string `json:"level,omitempty"` // e.g., BACKWARD
	Mode  string `json:"mode,omitempty"`  // e.g., READONLY
}

// Change is what one request changes, all of it or nothing.
type Change struct {
	Schema   *Schema             `json:"schema,omitempty"`   // is new
	Versions []Version           `json:"versions,omitempty"` // are new, or replace those of their number
	Purged   []Version           `json:"purged,omitempty"`   // are gone for good
	Settings map[string]Settings `json:"settings,omitempty"` // replace those of a subject; of "" those of all
}
