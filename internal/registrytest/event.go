package registrytest

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	sitesv1 "github.com/evgen-dev/evgen/examples/gen/acme/sites/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema/normal"
)

// Site is an event like acme.sites.v1.Site.
type Site = event.Event[string, *sitesv1.Site]

// NewSite returns the example event of sites on a topic, and so with a subject, that nobody else has.
func NewSite(t testing.TB) *Site {
	t.Helper()
	return event.New(event.Spec[string, *sitesv1.Site]{
		Name:     "acme.sites.v1.Site",
		Kind:     event.Document,
		Topic:    event.Topic{Name: realservers.TopicName(t, "sites"), Partitions: 1, Compaction: event.Compact},
		Key:      event.TextKey((*sitesv1.Site).GetSiteId),
		Revision: event.Monotonic((*sitesv1.Site).GetRevision),
		Retry:    sitesv1ev.Site.Contract().Retry,
	})
}

// RegisterEvent registers the schema of an event under its subject after edit, and its imports under their paths, as evgen register does.
func RegisterEvent(t testing.TB, c *registry.Client, e registry.Event, edit func(text string) string) *registry.Version {
	t.Helper()
	return registerFile(t, c, e.Contract().SubjectName(), e.Descriptor().ParentFile(), edit)
}

func registerFile(t testing.TB, c *registry.Client, subject string, fd protoreflect.FileDescriptor, edit func(string) string) *registry.Version {
	t.Helper()
	text, err := normal.Print(fd)
	if err != nil {
		t.Fatal(err)
	}
	s := registry.Schema{Text: edit(text)}
	for i := range fd.Imports().Len() {
		imported := fd.Imports().Get(i)
		if normal.IsBuiltIn(imported.Path()) {
			continue
		}
		v := registerFile(t, c, imported.Path(), imported.FileDescriptor, Unchanged)
		s.References = append(s.References, registry.Reference{Name: imported.Path(), Subject: v.Subject, Version: v.Number})
	}
	v, err := c.Register(t.Context(), subject, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Unchanged is the edit that leaves a text as it is.
func Unchanged(text string) string { return text }
