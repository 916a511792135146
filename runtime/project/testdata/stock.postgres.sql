CREATE TABLE "stock_p" (
  "sku" text COLLATE "C" NOT NULL,
  "warehouse" text COLLATE "C" NOT NULL,
  "available" bigint,
  "_rev" bigint NOT NULL,
  "record_offset" bigint NOT NULL DEFAULT 0,
  "_deleted" boolean NOT NULL DEFAULT false,
  "_hash" bytea,
  "_at" timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY ("sku", "warehouse")
) WITH (fillfactor = 80);
CREATE INDEX "stock_warehouse_available" ON "stock_p" ("warehouse", "available" DESC NULLS LAST, "sku") WHERE NOT "_deleted";
CREATE VIEW "stock" AS SELECT "sku", "warehouse", "available", "_rev" FROM "stock_p" WHERE NOT "_deleted";
