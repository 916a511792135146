package schema

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// topicDraft is a topic while it is resolved.
type topicDraft struct {
	*Topic
	r      *resolver
	file   *File
	layers []layer // lowest first
	events []*draft
}

// layer is a place where settings of a topic are written.
type layer struct {
	options *evgenpb.Topic
	on      protoreflect.Descriptor
	ext     protoreflect.ExtensionType
	path    string // e.g., defaults
}

func (r *resolver) layerPos(l layer, option string) Position {
	return r.atOption(l.on, l.ext, l.path+"."+option)
}

// origin names the layer and its position, e.g., (evgen.v1.file).defaults at a.proto:3:4.
func (t *topicDraft) origin(l layer, option string) string {
	return l.at(t.r.layerPos(l, option))
}

// entryOrigin is the origin of an entry of config.
func (t *topicDraft) entryOrigin(l layer, key string) string { return l.at(t.r.entryPos(l, key)) }

func (l layer) at(pos Position) string {
	if l.path == "defaults" {
		return "(evgen.v1.file).defaults at " + pos.String()
	}
	return pos.String()
}

// highest returns the uppermost layer that has an option.
func (t *topicDraft) highest(option string) (layer, bool) {
	for _, l := range slices.Backward(t.layers) {
		if l.options != nil && isSet(l.options.ProtoReflect(), option) {
			return l, true
		}
	}
	return layer{}, false
}

func (t *topicDraft) add(name, value, origin string) {
	t.Settings = append(t.Settings, Setting{name, value, origin})
}
