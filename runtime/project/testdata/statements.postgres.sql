-- installed_apps, write 1
INSERT INTO "installed_apps_p" AS t ("app_id", "site_id", "version", "_rev", "_hash")
SELECT i.c1, i.c2, i.c3, i.c4, i.c5 FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[]) WITH ORDINALITY AS i(c1, c2, c3, c4, c5, ord)
ON CONFLICT ("app_id", "site_id") DO UPDATE SET "version" = EXCLUDED."version", "_rev" = EXCLUDED."_rev", "_hash" = EXCLUDED."_hash", "_at" = now()
WHERE t."_hash" <> EXCLUDED."_hash";

-- installed_apps, write 3
DELETE FROM "installed_apps_p" AS t USING (
SELECT t."app_id", t."site_id" FROM unnest($1::text[]) WITH ORDINALITY AS o(c1, ord)
JOIN "installed_apps_p" AS t ON t."site_id" = o.c1
EXCEPT
SELECT k.c1, k.c2 FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS k(c1, c2, ord)
) AS gone WHERE t."app_id" = gone."app_id" AND t."site_id" = gone."site_id";

-- stock, write 1
WITH input AS (
SELECT i.c1, i.c2, i.c3, i.c4, i.c5, i.c6, i.c7, ord FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bytea[]) WITH ORDINALITY AS i(c1, c2, c3, c4, c5, c6, c7, ord)
), written AS (
INSERT INTO "stock_p" AS t ("sku", "warehouse", "available", "_rev", "record_offset", "_deleted", "_hash")
SELECT c1, c2, c3, c4, c5, c6, c7 FROM input ORDER BY ord
ON CONFLICT ("sku", "warehouse") DO UPDATE SET "available" = EXCLUDED."available", "_rev" = EXCLUDED."_rev", "record_offset" = EXCLUDED."record_offset", "_deleted" = EXCLUDED."_deleted", "_hash" = EXCLUDED."_hash", "_at" = now()
WHERE (t."_rev", t."record_offset") < (EXCLUDED."_rev", EXCLUDED."record_offset")
RETURNING t."sku", t."warehouse"
)
SELECT ord FROM input WHERE (c1, c2) NOT IN (SELECT "sku", "warehouse" FROM written);

-- stock, write 2
SELECT i.ord, t."_rev", t."record_offset", t."_hash"
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS i(c1, c2, ord)
JOIN "stock_p" AS t ON t."sku" = i.c1 AND t."warehouse" = i.c2;

-- stock by sku, first page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."sku" = $1
ORDER BY t."warehouse"
LIMIT $2;

-- stock by sku, next page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."sku" = $1 AND t."warehouse" > $2
ORDER BY t."warehouse"
LIMIT $3;

-- stock by warehouse, first page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = $1
ORDER BY t."available" DESC NULLS LAST, t."sku"
LIMIT $2;

-- stock by warehouse, next page
SELECT t."sku", t."warehouse", t."available"
FROM (
SELECT * FROM (SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = $1 AND t."available" = $2 AND t."sku" > $3
ORDER BY t."available" DESC NULLS LAST, t."sku"
LIMIT $4) AS part1
UNION ALL
SELECT * FROM (SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = $1 AND t."available" < $2
ORDER BY t."available" DESC NULLS LAST, t."sku"
LIMIT $4) AS part2
UNION ALL
SELECT * FROM (SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = $1 AND t."available" IS NULL
ORDER BY t."available" DESC NULLS LAST, t."sku"
LIMIT $4) AS part3
) AS t
ORDER BY t."available" DESC NULLS LAST, t."sku"
LIMIT $4;

-- stock by warehouse after a row without available, first page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = $1
ORDER BY t."available" DESC NULLS LAST, t."sku"
LIMIT $2;

-- stock by warehouse after a row without available, next page
SELECT t."sku", t."warehouse", t."available"
FROM "stock" AS t
WHERE t."warehouse" = $1 AND t."available" IS NULL AND t."sku" > $2
ORDER BY t."available" DESC NULLS LAST, t."sku"
LIMIT $3;

