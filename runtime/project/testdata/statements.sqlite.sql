-- installed_apps, write 1
INSERT INTO "installed_apps_p" AS t ("app_id", "site_id", "version", "_rev", "_hash")
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT ("app_id", "site_id") DO UPDATE SET "version" = EXCLUDED."version", "_rev" = EXCLUDED."_rev", "_hash" = EXCLUDED."_hash", "_at" = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
WHERE t."_hash" <> EXCLUDED."_hash";

-- installed_apps, write 3
SELECT "app_id", "site_id" FROM "installed_apps_p" AS t WHERE t."site_id" = ?1;

-- installed_apps, write 4
DELETE FROM "installed_apps_p" AS t WHERE t."app_id" = ?1 AND t."site_id" = ?2;

-- stock, write 1
INSERT INTO "stock_p" AS t ("sku", "warehouse", "available", "_rev", "record_offset", "_deleted", "_hash")
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT ("sku", "warehouse") DO UPDATE SET "available" = EXCLUDED."available", "_rev" = EXCLUDED."_rev", "record_offset" = EXCLUDED."record_offset", "_deleted" = EXCLUDED."_deleted", "_hash" = EXCLUDED."_hash", "_at" = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
WHERE (t."_rev", t."record_offset") < (EXCLUDED."_rev", EXCLUDED."record_offset");

-- stock, write 2
SELECT "_rev", "record_offset", "_hash" FROM "stock_p" AS t WHERE t."sku" = ?1 AND t."warehouse" = ?2;

-- stock by sku, first page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."sku" = ?1
ORDER BY t."warehouse"
LIMIT ?2;

-- stock by sku, next page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."sku" = ?1 AND t."warehouse" > ?2
ORDER BY t."warehouse"
LIMIT ?3;

-- stock by warehouse, first page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = ?1
ORDER BY t."available" DESC, t."sku"
LIMIT ?2;

-- stock by warehouse, next page
SELECT t."sku", t."warehouse", t."available"
FROM (
SELECT * FROM (SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = ?1 AND t."available" = ?2 AND t."sku" > ?3
ORDER BY t."available" DESC, t."sku"
LIMIT ?4) AS part1
UNION ALL
SELECT * FROM (SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = ?1 AND t."available" < ?2
ORDER BY t."available" DESC, t."sku"
LIMIT ?4) AS part2
UNION ALL
SELECT * FROM (SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = ?1 AND t."available" IS NULL
ORDER BY t."available" DESC, t."sku"
LIMIT ?4) AS part3
) AS t
ORDER BY t."available" DESC, t."sku"
LIMIT ?4;

-- stock by warehouse after a row without available, first page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = ?1
ORDER BY t."available" DESC, t."sku"
LIMIT ?2;

-- stock by warehouse after a row without available, next page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = ?1 AND t."available" IS NULL AND t."sku" > ?2
ORDER BY t."available" DESC, t."sku"
LIMIT ?3;

