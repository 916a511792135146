package golden_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/evgen-dev/evgen/golden/comments/commentsv1"
	"github.com/evgen-dev/evgen/golden/comments/commentsv1/commentsv1ev"
	"github.com/evgen-dev/evgen/golden/packages/event"
	"github.com/evgen-dev/evgen/golden/packages/event/eventev"
	rowsv1 "github.com/evgen-dev/evgen/golden/packages/rows/v1"
	"github.com/evgen-dev/evgen/golden/packages/rows/v1/rowsv1ev"
	typepb "github.com/evgen-dev/evgen/golden/packages/type"
	"github.com/evgen-dev/evgen/golden/packages/type/typeev"
	packagesv1 "github.com/evgen-dev/evgen/golden/packages/v1"
	"github.com/evgen-dev/evgen/golden/packages/v1/packagesv1ev"
	wordspb "github.com/evgen-dev/evgen/golden/words/m/wordsv1"
	wordsev "github.com/evgen-dev/evgen/golden/words/m/wordsv1/mev"
	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/project"
)

func TestReservedWordsAreNamesLikeOthers(t *testing.T) {
	t.Parallel()
	h := newHarness(t, wordsev.RowTable, wordsev.TypeTable)
	e := &wordspb.Event{
		Type: "t", Range: "r", String_: "s", Ctx: 1, Page: 2, R: 3, Revision: 1, M: "x", K: "x", Func: wordspb.Event_chan, Nil: true,
		GetM_: "from", APIKey: "key", Url2Go: "url", XUnder_Score_: "under", MixedCaseAndSnake: "mixed", Error: "e",
		Select: []wordspb.Event_Func{wordspb.Event_map, wordspb.Event_chan},
	}
	eventtest.Publish(h, wordsev.Event, e, e)
	h.Run(wordsev.NewRowWriter(h.DB()))
	rows := wordsev.NewRowReader(h.DB())
	got, err := rows.Get(t.Context(), "t", "r", "s", 1, 2, 3)
	want := &wordspb.Row{
		Type: "t", Range: "r", String_: "s", Ctx: 1, Page: 2, R: 3, From: "from", Order: true, User: "under", APIKey: "key", Url2Go: "url",
		MixedCaseAndSnake: "mixed", Func: wordspb.Event_chan,
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("row (-want +got), %v:\n%s", err, diff)
	}
	listed := all(t, func(p project.Page) (project.Rows[*wordspb.Row], error) {
		return rows.ListByByGroup(t.Context(), true, p)
	})
	if diff := cmp.Diff([]*wordspb.Row{want}, listed, protocmp.Transform()); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	h.Redeliver(wordsev.Event.Contract().Topic.Name)
	h.Run(wordsev.NewTypeWriter(h.DB()))
	h.WantRows(`select func, type, "range", string, ctx, page, r from "Table"`, []any{2, "t", "r", "s", 1, 2, 3})
}

func TestHandlersAreFoundByTheirGuessedNames(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	shared := "acme.words.v1.select-from.where_2"
	eventtest.Publish(h, wordsev.String, &wordspb.String{Key: "a"})
	eventtest.Publish(h, wordsev.Error, &wordspb.Error{Key: "b"})
	eventtest.Publish(h, wordsev.Event, &wordspb.Event{Type: "t", Revision: 1})
	eventtest.Publish(h, wordsev.Key, &wordspb.Key{A_1: "a", A_1B: "b"})
	eventtest.Publish(h, wordsev.Type, &wordspb.Type{Id: "a"})
	eventtest.Publish(h, wordsev.Context, &wordspb.Context{Id: "a"})
	eventtest.Publish(h, wordsev.Context_Background, &wordspb.Context_Background{Id: "a"})
	eventtest.Publish(h, wordsev.URLMap, &wordspb.URLMap{Id: "a"})
	eventtest.Publish(h, wordsev.Handler, &wordspb.Handler{Id: "a"})
	seen := map[string]int{}
	count := consume.Observe(func(o consume.Observation) { seen[o.Record.Topic+" "+o.Outcome.String()]++ })
	for _, route := range []consume.Route{
		wordsev.SelectFromWhere2Handlers(h.DB(), wordsev.UnimplementedSelectFromWhere2Handler{}),
		wordsev.EventHandlers(h.DB(), wordsev.UnimplementedEventHandler{}),
		wordsev.KeyHandlers(h.DB(), wordsev.UnimplementedKeyHandler{}),
		wordsev.TypeHandlers(h.DB(), wordsev.UnimplementedTypeHandler{}),
		wordsev.ContextHandlers(h.DB(), wordsev.UnimplementedContextHandler{}),
		wordsev.Context_BackgroundHandlers(h.DB(), wordsev.UnimplementedContext_BackgroundHandler{}),
		wordsev.URLMapHandlers(h.DB(), wordsev.UnimplementedURLMapHandler{}),
		wordsev.HandlerHandlers(h.DB(), wordsev.UnimplementedHandlerHandler{}),
	} {
		h.Run(route, count)
	}
	want := map[string]int{shared + " skipped": 2}
	for _, name := range []string{"event", "key", "type", "context", "background", "url_map", "handler"} {
		want["acme.words.v1."+name+" skipped"] = 1
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

func TestCommentsBreakNeitherGoNorSQL(t *testing.T) {
	t.Parallel()
	h := newHarness(t, commentsv1ev.LinesTable)
	eventtest.Publish(h, commentsv1ev.Lines, &commentsv1.Lines{Id: "a", Revision: 1})
	h.Run(commentsv1ev.NewLinesWriter(h.DB()))
	h.WantRows("select id, revision from lines", []any{"a", 1})
}

// A service keeps rows of events that another Go package declares, with types of a third.
func TestProjectionReadsEventsOfOtherPackages(t *testing.T) {
	t.Parallel()
	h := newHarness(t, rowsv1ev.BoxTable, rowsv1ev.UsedTable, eventev.SentTable)
	eventtest.Publish(h, packagesv1ev.Shelf, &packagesv1.Shelf{
		Kind: typepb.Kind_WOOD, Room: "r", Revision: 1,
		Boxes: []*typepb.Box{{Label: "a", Kind: typepb.Kind_WOOD}, {Label: "b"}},
	})
	eventtest.Publish(h, typeev.Used, &typepb.Used{Label: "u", Kind: typepb.Kind_WOOD})
	eventtest.Publish(h, eventev.Sent, &event.Sent{Id: "s", Revision: 1, Weight: 5})
	eventtest.Publish(h, packagesv1ev.Closed, &packagesv1.Closed{Room: "r"})
	h.Run(rowsv1ev.NewBoxWriter(h.DB()), rowsv1ev.NewUsedWriter(h.DB()), eventev.NewSentWriter(h.DB()),
		packagesv1ev.ClosedHandlers(h.DB(), packagesv1ev.UnimplementedClosedHandler{}))
	boxes := rowsv1ev.NewBoxReader(h.DB())
	got := all(t, func(p project.Page) (project.Rows[*rowsv1.BoxRow], error) {
		return boxes.ListByLabel(t.Context(), "a", p)
	})
	want := []*rowsv1.BoxRow{{Shelf: typepb.Kind_WOOD, Room: "r", Label: "a", Box: typepb.Kind_WOOD}}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	h.WantRows("select label, kind from used", []any{"u", 1})
	h.WantRows("select id, weight from sent", []any{"s", 5})
}

func TestTopicsOfAPackageAreThoseOfAllItsFiles(t *testing.T) {
	t.Parallel()
	var names []string
	for _, topic := range packagesv1ev.Topics() {
		names = append(names, topic.Name)
	}
	if diff := cmp.Diff([]string{"acme.packages.v1.closed", "packages"}, names); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
}
