package generator

import (
	"go/token"
	"go/types"
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
)

// names makes every identifier that generated packages declare, so that emitters never build one.
type names struct{ types *goTypes }

type eventNames struct {
	event       string   // e.g., Site
	key         string   // e.g., StockLevelKey, of composite keys
	keyFields   []string // e.g., Sku, Warehouse
	producer    string   // e.g., SiteProducer
	newProducer string   // e.g., NewSiteProducer
	delivery    string   // e.g., SiteDelivery
	deletion    string   // e.g., SiteDeletion
	handle      string   // e.g., HandleSite
	deleted     string   // e.g., HandleSiteDeleted
	view        string   // e.g., SiteView
	openView    string   // e.g., OpenSiteView
}

type topicNames struct {
	variable      string // e.g., ordersTopic
	handler       string // e.g., SiteHandler, or Handler for a topic called like its package
	unimplemented string // e.g., UnimplementedSiteHandler
	handlers      string // e.g., SiteHandlers
}

type projectionNames struct {
	table      string            // e.g., InstalledAppTable
	projection string            // e.g., installedAppProjection
	newWriter  string            // e.g., NewInstalledAppWriter
	reader     string            // e.g., InstalledAppReader
	newReader  string            // e.g., NewInstalledAppReader
	ddl        map[string]string // e.g., installedAppPostgres, by dialect
	query      string            // e.g., installedApp, followed by the name of the method
}

func (n names) event(e *schema.Event) eventNames {
	base := n.types.messages[e.Desc.FullName()].GoIdent.GoName
	return eventNames{
		event: base, key: base + "Key", keyFields: n.keyFields(e.Key),
		producer: base + "Producer", newProducer: "New" + base + "Producer",
		delivery: base + "Delivery", deletion: base + "Deletion",
		handle: "Handle" + base, deleted: "Handle" + base + "Deleted",
		view: base + "View", openView: "Open" + base + "View",
	}
}

// keyFields names the fields of a key's struct after their leaves, or after their whole paths when two leaves are called alike.
func (n names) keyFields(paths []schema.Path) []string {
	leaves := map[string]int{}
	for _, p := range paths {
		leaves[n.types.goName(p.Leaf())]++
	}
	var fields []string
	for _, p := range paths {
		name := n.types.goName(p.Leaf())
		if leaves[name] > 1 {
			name = n.path(p)
		}
		fields = append(fields, name)
	}
	return fields
}

func (n names) path(p schema.Path) string {
	var b strings.Builder
	for _, f := range p {
		b.WriteString(n.types.goName(f))
	}
	return b.String()
}

func (n names) topic(t *schema.Topic) topicNames {
	pkg := t.Events[0].Desc.ParentFile().Package()
	own := camel(strings.TrimPrefix(t.Name, string(pkg)+"."))
	base := own
	switch {
	case !t.Shared:
		base = n.event(t.Events[0]).event
	case t.Name == lastName(pkg):
		base = ""
	}
	return topicNames{
		variable: lower(own) + "Topic",
		handler:  base + "Handler", unimplemented: "Unimplemented" + base + "Handler", handlers: base + "Handlers",
	}
}

func (n names) projection(p *schema.Projection) projectionNames {
	base := strings.TrimSuffix(n.types.messages[p.Desc.FullName()].GoIdent.GoName, "Row")
	if base == "" {
		base = "Row"
	}
	return projectionNames{
		table: base + "Table", projection: lower(base) + "Projection", newWriter: "New" + base + "Writer",
		reader: base + "Reader", newReader: "New" + base + "Reader",
		ddl:   map[string]string{"postgres": lower(base) + "Postgres", "sqlite": lower(base) + "SQLite"},
		query: lower(base),
	}
}

// handlerMethod is one method of a handler interface.
type handlerMethod struct {
	event    *schema.Event
	name     string // e.g., HandleSite
	argument string // e.g., SiteDelivery
	what     string // it handles, for its comment, e.g., one [Site]
}

func (n names) handlerMethods(t *schema.Topic) []handlerMethod {
	var ms []handlerMethod
	for _, e := range t.Events {
		own := n.event(e)
		ms = append(ms, handlerMethod{e, own.handle, own.delivery, "one [" + own.event + "]"})
		if e.Kind == schema.Document {
			ms = append(ms, handlerMethod{e, own.deleted, own.deletion, "the deletion of one [" + own.event + "]"})
		}
	}
	return ms
}

// topics returns the name of the function that a package has once.
func (n names) topics() string { return "Topics" }

// query returns the name of the method that lists by q, e.g., ListByAppId.
func (n names) query(q *schema.Query) string {
	if q.Name != "" {
		return "ListBy" + camel(q.Name)
	}
	var b strings.Builder
	b.WriteString("ListBy")
	for _, c := range q.Params {
		b.WriteString(n.types.goName(c.Field))
	}
	return b.String()
}

// listing returns the variable that says what a method lists, e.g., installedAppByAppId.
func (n names) listing(p *schema.Projection, q *schema.Query) string {
	return n.projection(p).query + strings.TrimPrefix(n.query(q), "List")
}

// params returns the names of columns as parameters, e.g., appId, or type_ where Go has the word for itself.
func (n names) params(columns []*schema.Column) []string {
	taken := map[string]bool{"r": true, "ctx": true, "page": true}
	var params []string
	for _, c := range columns {
		name := lower(n.types.goName(c.Field))
		for taken[name] || token.IsKeyword(name) || types.Universe.Lookup(name) != nil {
			name += "_"
		}
		taken[name] = true
		params = append(params, name)
	}
	return params
}

// lastName returns the last element of a package that is no version, e.g., orders of acme.orders.v1.
func lastName(p protoreflect.FullName) string {
	parts := strings.Split(string(p), ".")
	for i := len(parts) - 1; i >= 0; i-- {
		if !isVersion(parts[i]) {
			return parts[i]
		}
	}
	return string(p)
}

func isVersion(s string) bool {
	return len(s) > 1 && s[0] == 'v' && unicode.IsDigit(rune(s[1]))
}

// camel turns words into one Go name, e.g., time-zones into TimeZones.
func camel(s string) string {
	var b strings.Builder
	start := true
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			start = true
		case start:
			b.WriteRune(unicode.ToUpper(r))
			start = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lower turns an exported name into an unexported one, e.g., InstalledApp into installedApp, and URLMap into urlMap.
func lower(s string) string {
	r := []rune(s)
	for i := range r {
		if i > 0 && i+1 < len(r) && unicode.IsLower(r[i+1]) || !unicode.IsUpper(r[i]) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}
