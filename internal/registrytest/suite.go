package registrytest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Run runs the suite against the registry at url. Other tests may use it at the same time.
func Run(t *testing.T, url string) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(newServer(t, url))
		})
	}
}

var cases = []struct {
	name string
	run  func(*server)
}{
	{"RegisterIsIdempotent", registerIsIdempotent},
	{"OneTextInTwoSubjectsHasOneID", oneTextInTwoSubjectsHasOneID},
	{"LookupFindsWhatIsRegistered", lookupFindsWhatIsRegistered},
	{"AnotherTextOfTheSameSchemaIsNoNewVersion", anotherTextIsNoNewVersion},
	{"SchemaIsReadByID", schemaIsReadByID},
	{"VersionsAreReadByNumberAndLatest", versionsAreReadByNumberAndLatest},
	{"AbsentThingsHaveTheirCodes", absentThingsHaveTheirCodes},
	{"SubjectsAreListedWithoutDeletedOnes", subjectsAreListedWithoutDeletedOnes},
	{"OddSubjectNamesWork", oddSubjectNamesWork},
	{"SchemaOfOneMegabyteWorks", schemaOfOneMegabyteWorks},

	{"NestedReferencesAreResolved", nestedReferencesAreResolved},
	{"ReferencedSchemaIsNotDeleted", referencedSchemaIsNotDeleted},
	{"UnresolvedReferenceIsRefused", unresolvedReferenceIsRefused},
	{"WellKnownTypesNeedNoReference", wellKnownTypesNeedNoReference},
	{"AnnotationsSurvive", annotationsSurvive},
	{"GarbageIsRefused", garbageIsRefused},

	{"LevelsAreSetAndReadBack", levelsAreSetAndReadBack},
	{"BackwardCheckAndRegistrationAgree", backwardCheckAndRegistrationAgree},
	{"TransitiveLooksAtAllVersions", transitiveLooksAtAllVersions},
	{"NoneTakesAnything", noneTakesAnything},
	{"UnknownSubjectTakesAnySchema", unknownSubjectTakesAnySchema},
	{"OfIncompatibleSchemasAtOnceOneWins", ofIncompatibleSchemasOneWins},
	{"OneSchemaAtOnceHasOneID", oneSchemaAtOnceHasOneID},

	{"DeletedVersionIsHiddenAndComesBack", deletedVersionIsHiddenAndComesBack},
	{"HardDeletionNeedsSoftDeletion", hardDeletionNeedsSoftDeletion},
	{"DeletedSubjectIsRegisteredAgain", deletedSubjectIsRegisteredAgain},

	{"RegisteredEventIsVerified", registeredEventIsVerified},
	{"HandWrittenTextIsVerified", handWrittenTextIsVerified},
	{"IncompatibleEventIsRefusedWithItsRule", incompatibleEventIsRefusedWithItsRule},
	{"ChangedKeyIsRefusedWithItsRule", changedKeyIsRefusedWithItsRule},
	{"CompatibleButUnregisteredEventIsRefused", compatibleButUnregisteredEventIsRefused},
	{"EveryUnregisteredEventIsNamed", everyUnregisteredEventIsNamed},
	{"UnreadableVersionsAreNoPass", unreadableVersionsAreNoPass},
}

// server is the registry as one case sees it.
type server struct {
	*testing.T
	raw    *sr.Client
	client *registry.Client
}

func newServer(t *testing.T, url string) *server {
	t.Helper()
	// A megabyte of schema takes its time on a machine that does other things too.
	raw, err := sr.NewClient(sr.URLs(url), sr.HTTPClient(&http.Client{Timeout: time.Minute}))
	if err != nil {
		t.Fatal(err)
	}
	client, err := registry.New(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &server{t, raw, client}
}

// subject returns the name of a subject that nobody else has.
func (s *server) subject() string {
	s.Helper()
	return realservers.TopicName(s, "subject") + "-value"
}

// register registers a schema, which must work.
func (s *server) register(subject string, schema registry.Schema) *registry.Version {
	s.Helper()
	v, err := s.client.Register(s.Context(), subject, schema)
	if err != nil {
		s.Fatalf("register %s: %v", subject, err)
	}
	return v
}

// setLevel sets the level of a subject, which must work.
func (s *server) setLevel(subject string, level compat.Level) {
	s.Helper()
	if err := s.client.SetLevel(s.Context(), subject, level); err != nil {
		s.Fatalf("set level of %s: %v", subject, err)
	}
}

// message returns a schema whose one message has the given fields, e.g., "string id = 1".
func message(fields ...string) registry.Schema {
	var b strings.Builder
	b.WriteString("syntax = \"proto3\";\n\npackage acme.v1;\n\nmessage Placed {\n")
	for _, f := range fields {
		fmt.Fprintf(&b, "  %s;\n", f)
	}
	b.WriteString("}\n")
	return registry.Schema{Text: b.String()}
}

// importing is message with imports, each registered under the subject of its path.
func importing(refs []registry.Reference, fields ...string) registry.Schema {
	s := message(fields...)
	var imports strings.Builder
	for _, r := range refs {
		fmt.Fprintf(&imports, "import %q;\n", r.Name)
	}
	s.Text = strings.Replace(s.Text, "message", imports.String()+"\nmessage", 1)
	s.References = refs
	return s
}

// onTheWire returns a schema for the raw client.
func onTheWire(s registry.Schema) sr.Schema {
	sent := sr.Schema{Schema: s.Text, Type: sr.TypeProtobuf}
	for _, r := range s.References {
		sent.References = append(sent.References, sr.SchemaReference(r))
	}
	return sent
}

// wantCode says whether err is the registry's answer with one of some codes.
func (s *server) wantCode(err error, what string, codes ...int) {
	s.Helper()
	if got := codeOf(err); !slices.Contains(codes, got) {
		s.Errorf("%s: code %d (%v), want one of %v", what, got, err, codes)
	}
}
