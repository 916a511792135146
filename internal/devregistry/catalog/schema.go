package catalog

import (
	"crypto/md5"
	"encoding/json"

	"github.com/google/uuid"
)

// Content is what makes a schema what it is: two schemas of equal content are one.
type Content struct {
	Text       string      `json:"schema"`
	References []Reference `json:"references,omitempty"` // sorted by name
	Metadata   *Metadata   `json:"metadata,omitempty"`
	RuleSet    *RuleSet    `json:"ruleSet,omitempty"`
}

// Reference is an import of a schema that is a version of a subject.
type Reference struct {
	Name    string `json:"name"` // import path, e.g., acme/shared/v1/money.proto
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// Metadata is what people note of a schema.
type Metadata struct {
	Tags       map[string][]string `json:"tags,omitempty"` // by path within the schema
	Properties map[string]string   `json:"properties,omitempty"`
	Sensitive  []string            `json:"sensitive,omitempty"` // names of properties
}

// RuleSet are rules for clients. The registry keeps them and runs none.
type RuleSet struct {
	MigrationRules []Rule `json:"migrationRules,omitempty"`
	DomainRules    []Rule `json:"domainRules,omitempty"`
	EncodingRules  []Rule `json:"encodingRules,omitempty"`
}

// Rule is one of a [RuleSet].
type Rule struct {
	Name      string            `json:"name,omitempty"`
	Doc       string            `json:"doc,omitempty"`
	Kind      string            `json:"kind,omitempty"` // e.g., CONDITION
	Mode      string            `json:"mode,omitempty"` // e.g., UPGRADE
	Type      string            `json:"type,omitempty"` // e.g., CEL
	Tags      []string          `json:"tags,omitempty"`
	Params    map[string]string `json:"params,omitempty"`
	Expr      string            `json:"expr,omitempty"`
	OnSuccess string            `json:"onSuccess,omitempty"`
	OnFailure string            `json:"onFailure,omitempty"`
	Disabled  bool              `json:"disabled,omitempty"`
}

// GUID returns the identity of the content, the same in every registry of this kind: a UUID of its MD5 sum.
func (c Content) GUID() string {
	b, _ := json.Marshal(c) // strings, lists and maps, whose keys it sorts: that cannot fail
	return uuid.UUID(md5.Sum(b)).String()
}

// Schema is a content with the number that records carry.
type Schema struct {
	ID int `json:"id"`
	Content
}
