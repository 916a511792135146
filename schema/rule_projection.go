package schema

// IDs of the rules of projections: errors from EV070, warnings from EV130.
const (
	sourceMissing   = "EV070"
	sourceEvent     = "EV071"
	sourceSeveral   = "EV072"
	aggregateLater  = "EV073"
	sourceAlias     = "EV074"
	sourceKeyless   = "EV075"
	forEachPath     = "EV076"
	forEachItem     = "EV077"
	clearColumns    = "EV078"
	sourceCommand   = "EV079"
	whereSyntax     = "EV080"
	whereSupported  = "EV081"
	whereName       = "EV082"
	whereType       = "EV083"
	tableName       = "EV084"
	tableTwice      = "EV085"
	columnName      = "EV086"
	columnTwice     = "EV087"
	columnHolds     = "EV088"
	columnPath      = "EV089"
	columnConverts  = "EV090"
	columnOrigin    = "EV091"
	columnRevision  = "EV092"
	columnStray     = "EV093"
	columnSecret    = "EV094"
	columnSQLType   = "EV095"
	keyMissing      = "EV096"
	keyColumn       = "EV097"
	keyDiffers      = "EV098"
	keyOfElement    = "EV099"
	indexColumn     = "EV100"
	indexRepeats    = "EV101"
	indexParameters = "EV102"
	indexRedundant  = "EV103"
	queryTwice      = "EV104"
	indexName       = "EV105"
	importCycle     = "EV106"
)

var projectionRules = []Rule{
	{sourceMissing, "projection-source-missing", Error, "A projection names the event that feeds it."},
	{sourceEvent, "projection-source-event", Error, "The source of a projection is an event."},
	{sourceSeveral, "projection-source-several", Error, "A projection has one source: joins are not available yet."},
	{aggregateLater, "projection-aggregate", Error, "A column is no aggregate: aggregates are not available yet."},
	{sourceAlias, "projection-source-alias", Error, "The name of a source is an identifier that means nothing else."},
	{sourceKeyless, "projection-source-keyless", Error, "The source of a projection has a key."},
	{forEachPath, "projection-for-each-path", Error, "A for_each leads to a repeated field or a map."},
	{forEachItem, "projection-for-each-item", Error, "With for_each, the event has no field called item."},
	{clearColumns, "projection-clear-columns", Error, "CLEAR_COLUMNS has rows that stay and columns to clear."},
	{sourceCommand, "projection-source-command", Error, "The source of a projection is no COMMAND, which has one handler."},
	{whereSyntax, "where-syntax", Error, "A filter is CEL."},
	{whereSupported, "where-supported", Error, "A filter uses the part of CEL that evgen compiles."},
	{whereName, "where-name", Error, "The names in a filter are fields and enum values."},
	{whereType, "where-type", Error, "A filter is a bool, and so typed in each part."},
	{tableName, "table-name", Error, "The name of a table fits PostgreSQL and SQLite, and is not one of evgen's own."},
	{tableTwice, "table-twice", Error, "A table belongs to one projection."},
	{columnName, "column-name", Error, "The name of a column fits PostgreSQL and SQLite, and is not one of evgen's own."},
	{columnTwice, "column-twice", Error, "The names of a table's columns differ in more than case."},
	{columnHolds, "column-holds", Error, "A column holds one scalar, enum, Timestamp or Duration."},
	{columnPath, "column-path", Error, "The path of a column leads to a field of the source."},
	{columnConverts, "column-converts", Error, "A column has the type of the field that fills it."},
	{columnOrigin, "column-origin", Error, "A column is filled from one place."},
	{columnRevision, "column-revision", Error, "A column with the revision is an int64, and the source has a revision."},
	{columnStray, "column-stray", Error, "Option (evgen.v1.column) stands on fields of projections."},
	{columnSecret, "column-secret", Error, "A SECRET field is not projected."},
	{columnSQLType, "column-sql-type", Error, "The SQL type of a column is one type."},
	{keyMissing, "row-key-missing", Error, "A row has a key."},
	{keyColumn, "row-key-column", Error, "A key column is never null, and its values are equal exactly when they look equal."},
	{keyDiffers, "row-key-differs", Error, "Without for_each, the key of a row is the key of its event."},
	{keyOfElement, "row-key-of-element", Error, "With for_each, the key of a row is the key of its event and something of item."},
	{indexColumn, "index-column", Error, "An index names columns, each with asc, desc or nothing behind it."},
	{indexRepeats, "index-repeats", Error, "An index names a column once."},
	{indexParameters, "index-parameters", Error, "The columns that only order come last, and an index of only such has a name."},
	{indexRedundant, "index-redundant", Error, "An index finds rows in a way that no other index and not the key does."},
	{queryTwice, "query-twice", Error, "The query methods of a reader differ in name."},
	{indexName, "index-name", Error, "The name of an index fits PostgreSQL and SQLite, and nothing else has it."},
	{importCycle, "projection-import-cycle", Error, "Generated packages do not import each other."},
}
