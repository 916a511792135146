CREATE TABLE "stock_p" (
  "sku" TEXT NOT NULL,
  "warehouse" TEXT NOT NULL,
  "available" INTEGER,
  "_rev" INTEGER NOT NULL,
  "record_offset" INTEGER NOT NULL DEFAULT 0,
  "_deleted" INTEGER NOT NULL DEFAULT 0,
  "_hash" BLOB,
  "_at" INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
  PRIMARY KEY ("sku", "warehouse")
) STRICT, WITHOUT ROWID;
CREATE INDEX "stock_warehouse_available" ON "stock_p" ("warehouse", "available" DESC, "sku") WHERE NOT "_deleted";
CREATE VIEW "stock" AS SELECT "sku", "warehouse", "available", "_rev" FROM "stock_p" WHERE NOT "_deleted";
