package generator

import (
	"github.com/dave/jennifer/jen"
	"google.golang.org/protobuf/compiler/protogen"

	"github.com/evgen-dev/evgen/schema"
)

// emitter is what emitters see of their unit.
type emitter struct {
	*unit
}

// capability is one kind of generated code. Adding one is a file here, a row below, a case and a golden.
type capability[N any] struct {
	name    string
	applies func(N) bool
	code    func(*emitter, N) jen.Code
}

func always[N any](N) bool { return true }

var (
	eventCapabilities = []capability[*schema.Event]{
		{"event", always[*schema.Event], (*emitter).eventCode},
		{"producer types", always[*schema.Event], (*emitter).aliasCode},
		{"producer", always[*schema.Event], (*emitter).producerCode},
		{"view", (*schema.Event).HasView, (*emitter).viewCode},
	}
	topicCapabilities = []capability[*schema.Topic]{
		{"handler", always[*schema.Topic], (*emitter).handlerCode},
		{"unimplemented handler", always[*schema.Topic], (*emitter).unimplementedCode},
		{"route", always[*schema.Topic], (*emitter).routeCode},
	}
	projectionCapabilities = []capability[*schema.Projection]{
		{"table", always[*schema.Projection], (*emitter).tableCode},
		{"projection", always[*schema.Projection], (*emitter).projectionCode},
		{"writer", always[*schema.Projection], (*emitter).writerCode},
		{"reader", always[*schema.Projection], (*emitter).readerCode},
	}
)

// emit returns the files of a unit: its Go file, and the DDL of its projections.
func emit(u *unit) ([]File, error) {
	g := &emitter{u}
	f := newGoFile(u)
	f.Add(generationGuard())
	if u.first && u.pkg.hasTopics() {
		f.Line().Add(g.topicsCode())
	}
	for _, t := range u.topics {
		if t.Shared {
			f.Line().Add(g.sharedTopicCode(t))
		}
	}
	addAll(f, g, u.file.Events, eventCapabilities)
	addAll(f, g, u.topics, topicCapabilities)
	addAll(f, g, u.file.Projections, projectionCapabilities)
	if len(u.file.Projections) > 0 {
		f.Anon("embed")
	}
	content, err := render(f)
	if err != nil {
		return nil, err
	}
	sql, err := g.sqlFiles()
	return append([]File{{u.goFile(), content}}, sql...), err
}

// generationGuard emits the check that code and runtime fit.
func generationGuard() jen.Code {
	return jen.Add(doc("This does not compile when the linked runtime no longer, or not yet, supports code of this generation:\nrun the evgen that matches the runtime, or upgrade the runtime.")).
		Const().Id("_").Op("=").Qual(eventPkg, "SupportsGeneration1")
}

func addAll[N any](f *jen.File, g *emitter, nodes []N, capabilities []capability[N]) {
	for _, n := range nodes {
		for _, c := range capabilities {
			if c.applies(n) {
				f.Line().Add(c.code(g, n))
			}
		}
	}
}

// topicsCode emits the topics of the whole package:
//
//	func Topics() []event.Topic
func (g *emitter) topicsCode() jen.Code {
	var topics []jen.Code
	for _, u := range g.pkg.units {
		for _, t := range u.topics {
			topics = append(topics, jen.Id(g.names.event(t.Events[0]).event).Dot("Contract").Call().Dot("Topic"))
		}
	}
	return jen.Add(doc(g.names.topics()+" returns the topics of this package's events, for CreateTopics.")).
		Func().Id(g.names.topics()).Params().Index().Qual(eventPkg, "Topic").Block(
		jen.Return(jen.Index().Qual(eventPkg, "Topic").Add(block(topics...)))).Line()
}

// fileOf returns the protogen file that declares an event, also when it is only imported.
func (g *emitter) fileOf(e *schema.Event) *protogen.File {
	return g.plugin.FilesByPath[e.Desc.ParentFile().Path()]
}
