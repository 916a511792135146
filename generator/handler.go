package generator

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/evgen-dev/evgen/schema"
)

// handlerCode emits the interface of a topic's handlers: a new event of the topic does not compile until it is handled.
//
//	type SiteHandler interface {
//		HandleSite(ctx context.Context, tx *sql.Tx, d *SiteDelivery) error
//		HandleSiteDeleted(ctx context.Context, tx *sql.Tx, d *SiteDeletion) error
//	}
func (g *emitter) handlerCode(t *schema.Topic) jen.Code {
	n := g.names.topic(t)
	var methods []jen.Code
	for _, m := range g.names.handlerMethods(t) {
		methods = append(methods, jen.Add(messageDoc(m.event.Desc, fmt.Sprintf("%s handles %s.", m.name, m.what))).Id(m.name).Params(
			jen.Id("ctx").Qual(contextPkg, "Context"), jen.Id("tx").Op("*").Qual(sqlPkg, "Tx"), jen.Id("d").Op("*").Id(m.argument)).Error())
	}
	return jen.Add(topicDoc(t, handlerDoc(n, t)...)).Type().Id(n.handler).Interface(methods...).Line()
}

func handlerDoc(n topicNames, t *schema.Topic) []string {
	return []string{
		fmt.Sprintf("%s handles the events of topic %s. %s", n.handler, t.Name, guarantees[t.Guard]),
		"The transaction tx also records that the event was handled: effects in it are committed together with that, or not at all.",
	}
}

// guarantees says in one sentence what a handler may rely on, per guard.
var guarantees = map[schema.Guard]string{
	schema.ByRevision:  "Each call is for a newer revision of its key than the call before: duplicates and late revisions are skipped, and revisions in between may be missing.",
	schema.BySequence:  "It is called once per key and revision, in order: duplicates are skipped, and a key waits while a revision is missing.",
	schema.ByCommandID: "It is called until it succeeds, once per command id, and never after the command's expiry.",
	schema.ByEventID:   "It is called until it succeeds, once per event id.",
	schema.ByPosition:  "It is called once per record of the topic, in order of the partition.",
}

// unimplementedCode emits the embeddable default of a handler:
//
//	type UnimplementedSiteHandler struct{}
//	func (UnimplementedSiteHandler) HandleSite(context.Context, *sql.Tx, *SiteDelivery) error
func (g *emitter) unimplementedCode(t *schema.Topic) jen.Code {
	n := g.names.topic(t)
	code := jen.Add(topicDoc(t, fmt.Sprintf("%s skips every event of topic %s, and counts it. Embed it in a handler that leaves some events to others.", n.unimplemented, t.Name))).
		Type().Id(n.unimplemented).Struct().Line()
	for _, m := range g.names.handlerMethods(t) {
		code.Line().Add(messageDoc(m.event.Desc, m.name+" skips the event.")).
			Func().Params(jen.Id(n.unimplemented)).Id(m.name).
			Params(jen.Qual(contextPkg, "Context"), jen.Op("*").Qual(sqlPkg, "Tx"), jen.Op("*").Id(m.argument)).Error().
			Block(jen.Return(jen.Qual(consumePkg, "Skip").Call(jen.Lit(m.name + " is not implemented")))).Line()
	}
	return code
}

// routeCode emits the route of a topic:
//
//	func SiteHandlers(db *sql.DB, h SiteHandler, opts ...consume.RouteOption) consume.Route
func (g *emitter) routeCode(t *schema.Topic) jen.Code {
	n := g.names.topic(t)
	var handled []string
	for _, e := range t.Events {
		handled = append(handled, "["+g.names.event(e).event+"]")
	}
	return jen.Add(topicDoc(t, fmt.Sprintf("%s returns the route that takes %s to h, with their marks in db.", n.handlers, strings.Join(handled, ", ")))).
		Func().Id(n.handlers).Params(
		jen.Id("db").Op("*").Qual(sqlPkg, "DB"), jen.Id("h").Id(n.handler), jen.Id("opts").Op("...").Qual(consumePkg, "RouteOption"),
	).Qual(consumePkg, "Route").Block(jen.Return(jen.Qual(consumePkg, "NewRoute").Add(g.routeArguments(t)))).Line()
}

// routeArguments renders the arguments of a route, one line per case when there are several.
func (g *emitter) routeArguments(t *schema.Topic) jen.Code {
	arguments := []jen.Code{jen.Id("db"), jen.Id("opts")}
	if len(t.Events) == 1 {
		return jen.Call(append(arguments, g.routeCase(t.Events[0]))...)
	}
	for _, e := range t.Events {
		arguments = append(arguments, jen.Line().Add(g.routeCase(e)))
	}
	return jen.Call(append(arguments, jen.Line())...)
}

// routeCase renders, e.g., consume.On(OrderPlaced, h.HandleOrderPlaced).
func (g *emitter) routeCase(e *schema.Event) jen.Code {
	n := g.names.event(e)
	if e.Kind == schema.Document {
		return jen.Qual(consumePkg, "OnDocument").Call(jen.Id(n.event), jen.Id("h").Dot(n.handle), jen.Id("h").Dot(n.deleted))
	}
	return jen.Qual(consumePkg, "On").Call(jen.Id(n.event), jen.Id("h").Dot(n.handle))
}
