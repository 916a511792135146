CREATE TABLE "installed_apps_p" (
  "app_id" TEXT NOT NULL,
  "site_id" TEXT NOT NULL,
  "version" TEXT,
  "_rev" INTEGER NOT NULL,
  "_hash" BLOB NOT NULL,
  "_at" INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
  PRIMARY KEY ("app_id", "site_id")
) STRICT, WITHOUT ROWID;
CREATE INDEX "installed_apps_site_id" ON "installed_apps_p" ("site_id", "app_id");
CREATE VIEW "installed_apps" AS SELECT "app_id", "site_id", "version", "_rev" FROM "installed_apps_p";
