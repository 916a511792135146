CREATE TABLE "installed_apps_p" (
  "app_id" text COLLATE "C" NOT NULL,
  "site_id" text COLLATE "C" NOT NULL,
  "version" text COLLATE "C",
  "_rev" bigint NOT NULL,
  "_hash" bytea NOT NULL,
  "_at" timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY ("app_id", "site_id")
) WITH (fillfactor = 80);
CREATE INDEX "installed_apps_site_id" ON "installed_apps_p" ("site_id", "app_id");
CREATE VIEW "installed_apps" AS SELECT "app_id", "site_id", "version", "_rev" FROM "installed_apps_p";
