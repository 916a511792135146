package schema_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/source"
)

func TestSitesBecomeRowsOfInstalledApps(t *testing.T) {
	t.Parallel()
	want := `installed_apps from acme.sites.v1.Site as site for each apps where (item.state == 1), delete-row, owner site_id
app_id text key from item.app_id
site_id text key from event.site_id
version text from item.version
index installed_apps_site_id on site_id, app_id
list by app_id in order app_id, site_id
list by site_id in order app_id, site_id
`
	wantProjection(t, exampleModel(t, "acme/sites/v1/sites.proto"), want)
}

func TestStockIsListedByWarehouseWithTheFullestFirst(t *testing.T) {
	t.Parallel()
	want := `stock from acme.inventory.v1.StockLevel as stock_level where (event.available > 0), delete-row, owner sku, warehouse
sku text key from event.sku
warehouse text key from event.warehouse
available int64 from event.available
index stock_warehouse_available on warehouse, available desc, sku
list by sku in order sku, warehouse
list by warehouse in order available desc, sku, warehouse
`
	wantProjection(t, exampleModel(t, "acme/inventory/v1/inventory.proto"), want)
}

const meters = `
syntax = "proto3";
package acme.meters.v1;
import "evgen/v1/options.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
option go_package = "example.com/acme/meters/v1;metersv1";
option (evgen.v1.file) = { owner: "@acme" };

// Meter is a meter with its readings.
message Meter {
  option (evgen.v1.event) = { kind: DOCUMENT };

  string meter_id = 1 [(evgen.v1.field).key = true];
  int32 region = 2 [(evgen.v1.field).key = true];
  uint64 version = 3 [(evgen.v1.field).revision = MONOTONIC];
  map<string, Reading> readings = 4;
  repeated Unit units = 5;
  Place place = 6;
  google.protobuf.Timestamp built_at = 7;
  optional string note = 8;
  google.protobuf.Duration period = 9;

  message Reading {
    double value = 1;
    optional float error = 2;
  }
  message Place {
    optional int32 floor = 1;
    sint64 room = 2;
    bytes plan = 3;
  }
  enum Unit {
    UNIT_UNSPECIFIED = 0;
    VOLT = 1;
  }
}
`

func TestAnUnsetSourceMakesANullOnlyInAFieldThatHasPresence(t *testing.T) {
	t.Parallel()
	model := modelOf(t, meters+`
message MeterRow {
  option (evgen.v1.projection) = { source: { event: "Meter", as: "m", on_delete: KEEP } };

  int32 region = 1 [(evgen.v1.column).key = true];
  string meter_id = 2 [(evgen.v1.column).key = true];
  int64 version = 3 [(evgen.v1.column).source_revision = true];
  optional int32 floor = 4 [(evgen.v1.column).from = "m.place.floor"];
  optional int64 room = 5 [(evgen.v1.column).from = "place.room"];
  bytes plan = 6 [(evgen.v1.column).from = "place.plan"];
  google.protobuf.Timestamp built_at = 7;
  optional string note = 8 [(evgen.v1.column) = { name: "remark", type: "varchar(80)" }];
  google.protobuf.Duration period = 9;
}
`)
	want := `meter from acme.meters.v1.Meter as m, keep, owner meter_id, region
region int32 key from event.region
meter_id text key from event.meter_id
version int64 revision
floor int32 from event.place.floor if (has event.place && has event.place.floor)
room int64 from event.place.room if has event.place
plan bytes from event.place.plan
built_at timestamp from event.built_at if has event.built_at
remark text varchar(80) from event.note if has event.note
period duration from event.period if has event.period
list by region in order region, meter_id
`
	wantProjection(t, model, want)
}

func TestEntriesOfAMapAreRowsThatTheirEventFinds(t *testing.T) {
	t.Parallel()
	model := modelOf(t, meters+`
message ReadingRow {
  option (evgen.v1.projection) = {
    table: "readings"
    source: { event: "Meter", for_each: "readings", where: "item.key != '' && has(item.value.error)" }
    index: { name: "worst", columns: ["error desc"] }
    index: { columns: ["value"], unique: true }
  };

  string name = 1 [(evgen.v1.column) = { key: true, from: "item.key" }];
  int32 region = 2 [(evgen.v1.column).key = true];
  string meter_id = 3 [(evgen.v1.column).key = true];
  double value = 4 [(evgen.v1.column).from = "item.value.value"];
  optional float error = 5 [(evgen.v1.column).from = "item.value.error"];
}
`)
	want := `readings from acme.meters.v1.Meter as meter for each readings where ((key != "") && has value.error), delete-row, owner meter_id, region
name text key from key
region int32 key from event.region
meter_id text key from event.meter_id
value double from value.value
error float from value.error if has value.error
index readings_worst on error desc, name, region, meter_id
unique index readings_value on value
own index readings_p_owner on meter_id, region, name
list by name in order name, region, meter_id
list by name, region in order name, region, meter_id
list by  called worst in order error desc, name, region, meter_id
list by value in order name, region, meter_id
`
	wantProjection(t, model, want)
}

func TestScalarsOfAListAreRowsWithoutAnIndexOfTheirOwn(t *testing.T) {
	t.Parallel()
	model := modelOf(t, meters+`
message UnitRow {
  option (evgen.v1.projection) = { source: { event: "Meter", for_each: "meter.units", where: "item != Unit.UNIT_UNSPECIFIED" } };

  int32 region = 1 [(evgen.v1.column).key = true];
  string id = 2 [(evgen.v1.column) = { key: true, from: "meter_id" }];
  Meter.Unit unit = 3 [(evgen.v1.column) = { key: true, from: "item" }];
}
`)
	want := `unit from acme.meters.v1.Meter as meter for each units where (item != 0), delete-row, owner id, region
region int32 key from event.region
id text key from event.meter_id
unit int32 key from item
list by region in order region, id, unit
list by region, id in order region, id, unit
`
	wantProjection(t, model, want)
}

func TestAFieldGoesBeforeTheNameOfItsSourceInPaths(t *testing.T) {
	t.Parallel()
	model := modelOf(t, `
syntax = "proto3";
package acme.orders.v1;
import "evgen/v1/options.proto";
option go_package = "example.com/acme/orders/v1;ordersv1";
message Order {
  option (evgen.v1.event) = {};
  string id = 1 [(evgen.v1.field).key = true];
  Order order = 2;
}
message OrderRow {
  option (evgen.v1.projection) = { source: { event: "Order" } };
  string id = 1 [(evgen.v1.column).key = true];
  string parent = 2 [(evgen.v1.column).from = "order.id"];
}
`)
	want := `order from acme.orders.v1.Order as order, delete-row, owner id
id text key from event.id
parent text from event.order.id
`
	wantProjection(t, model, want)
}

// wantProjection compares the only projection of a model.
func wantProjection(t *testing.T, m *schema.Model, want string) {
	t.Helper()
	if diff := cmp.Diff(want, projectionText(m.Files[0].Projections[0])); diff != "" {
		t.Errorf("projection differs (-want +got):\n%s", diff)
	}
}

func exampleModel(t *testing.T, path string) *schema.Model {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "examples", "proto", path))
	if err != nil {
		t.Fatal(err)
	}
	return modelOf(t, string(b))
}

func modelOf(t *testing.T, text string) *schema.Model {
	t.Helper()
	tree := source.Tree{Dir: "proto", FS: fstest.MapFS{"test.proto": &fstest.MapFile{Data: []byte(text)}}}
	set, ds, err := source.Compile(context.Background(), []source.Tree{tree}, nil)
	if err != nil || set == nil {
		t.Fatal(err, ds)
	}
	files, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	model, ds := set.Resolve(files)
	if model == nil {
		t.Fatal(ds)
	}
	return model
}
