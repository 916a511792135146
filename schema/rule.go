package schema

import "slices"

// Rule is one thing that evgen checks. IDs are stable: they are never given to another rule.
type Rule struct {
	ID       string // e.g., EV012
	Name     string // e.g., key-path
	Severity Severity
	Summary  string // what must hold, in one line
}

// Rules returns all rules in the order of their IDs.
func Rules() []Rule {
	return slices.SortedFunc(slices.Values(slices.Concat(eventRules, projectionRules)), func(a, b Rule) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
}

// RuleByID returns the rule with an ID.
func RuleByID(id string) (Rule, bool) {
	rules := Rules()
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}

// IDs of the rules that package source checks.
const (
	CompileFailed      = "EV001"
	ImportMissing      = "EV002"
	EditionUnsupported = "EV003"
	SetIncomplete      = "EV005"
	FileTwice          = "EV006"
	CompileWarning     = "EV111"
)

// IDs of the rules of annotations, topics and events: errors from EV001, warnings from EV110.
const (
	optionsNewer      = "EV004"
	malformedDuration = "EV007"
	malformedSize     = "EV008"
	misplacedField    = "EV009"
	twoRoles          = "EV010"
	topicTwice        = "EV011"
	keyPath           = "EV012"
	keyType           = "EV013"
	documentKey       = "EV014"
	compactKey        = "EV015"
	keyTwice          = "EV016"
	keyRaw            = "EV017"
	partitionBy       = "EV018"
	revisionTwice     = "EV019"
	revisionType      = "EV020"
	revisionKey       = "EV021"
	sequenceCompacted = "EV022"
	eventIDTwice      = "EV023"
	eventIDType       = "EV024"
	deletedType       = "EV025"
	deletedCompacted  = "EV026"
	headerName        = "EV027"
	headerTwice       = "EV028"
	headerType        = "EV029"
	headerSecret      = "EV030"
	keySecret         = "EV031"
	replyTo           = "EV032"
	replyEvent        = "EV033"
	replacesEvent     = "EV034"
	topicUnnamed      = "EV035"
	topicName         = "EV036"
	topicClash        = "EV037"
	topicUndeclared   = "EV038"
	topicElsewhere    = "EV039"
	topicShared       = "EV040"
	compactionTwice   = "EV041"
	topicCapacity     = "EV042"
	topicConfig       = "EV043"
	maxRecord         = "EV044"
	largeTwice        = "EV045"
	chunkingCompacted = "EV046"
	retryAttempts     = "EV047"
	retryBackoff      = "EV048"
	retryTopic        = "EV049"
	topicMisnamed     = "EV050"
	revisionCommand   = "EV051"
	deletedTwice      = "EV052"
	rolesExclude      = "EV053"
	topicDisagree     = "EV054"
	largeLimits       = "EV055"
	dataSubject       = "EV056"

	optionsOlder     = "EV110"
	notYet           = "EV112"
	ownerMissing     = "EV113"
	eventKey         = "EV114"
	documentRevision = "EV115"
	eventNested      = "EV116"
	onlyIdentifiers  = "EV117"
	eventIDKey       = "EV118"
	commandID        = "EV119"
	configUnknown    = "EV120"
	settingIdle      = "EV121"
	topicUnused      = "EV122"
	compactShared    = "EV123"
	compactCommand   = "EV124"
	retentionShort   = "EV125"
	ignoreInvalid    = "EV126"
	ignoreUnused     = "EV127"
	topicNear        = "EV128"
)

var eventRules = []Rule{
	{CompileFailed, "compile", Error, "A file is valid protobuf."},
	{ImportMissing, "import-missing", Error, "An import exists in a root or a dependency."},
	{EditionUnsupported, "edition-unsupported", Error, "A source file uses proto2, proto3 or edition 2023."},
	{optionsNewer, "options-newer", Error, "The annotations are those that this evgen knows."},
	{SetIncomplete, "set-incomplete", Error, "A descriptor set links: it holds every import."},
	{FileTwice, "file-twice", Error, "An import path names one file."},
	{malformedDuration, "duration", Error, `A duration is positive and in Go syntax plus "d".`},
	{malformedSize, "size", Error, "A size is positive and has a binary unit."},
	{misplacedField, "field-misplaced", Error, "The role of a field stands on a field of an event."},
	{twoRoles, "event-and-projection", Error, "A message is an event or a projection, not both."},
	{topicTwice, "topic-twice", Error, "A topic is declared once."},
	{keyPath, "key-path", Error, "A key path leads to a field through singular messages."},
	{keyType, "key-type", Error, "A key is a singular scalar or enum, and no floating point number."},
	{documentKey, "document-key", Error, "A DOCUMENT has a key."},
	{compactKey, "compact-key", Error, "An event on a compacted topic has a key."},
	{keyTwice, "key-twice", Error, "A key is given once, by marks or by paths."},
	{keyRaw, "key-raw", Error, "A RAW key is one string, bytes or integer field."},
	{partitionBy, "partition-by", Error, "partition_by is a subset of the key."},
	{revisionTwice, "revision-twice", Error, "An event has one revision."},
	{revisionType, "revision-type", Error, "A revision is an integer, or for TIMESTAMP a time."},
	{revisionKey, "revision-key", Error, "An event with a revision has a key."},
	{sequenceCompacted, "sequence-compacted", Error, "An event with a SEQUENCE is not on a compacted topic."},
	{eventIDTwice, "event-id-twice", Error, "An event has one event_id."},
	{eventIDType, "event-id-type", Error, "An event_id is a string or bytes."},
	{deletedType, "deleted-type", Error, "A deleted field is a bool."},
	{deletedCompacted, "deleted-compacted", Error, "A deleted field is for topics that cannot carry tombstones."},
	{headerName, "header-name", Error, "A header has a name that belongs to nobody else."},
	{headerTwice, "header-twice", Error, "Each header is filled from one field."},
	{headerType, "header-type", Error, "A header is filled from a singular scalar or enum."},
	{headerSecret, "header-secret", Error, "A secret field is not copied to a header."},
	{keySecret, "key-secret", Error, "A secret field is not a key."},
	{replyTo, "reply-to", Error, "reply_to is one scalar field of a COMMAND."},
	{replyEvent, "reply", Error, "reply names an event that is keyed by what reply_to holds."},
	{replacesEvent, "replaces", Error, "replaces names another event and forms no cycle."},
	{topicUnnamed, "topic-unnamed", Error, "A declared topic has a name."},
	{topicName, "topic-name", Error, "Kafka accepts the name of a topic."},
	{topicClash, "topic-clash", Error, `Names of topics differ in more than "." and "_".`},
	{topicUndeclared, "topic-undeclared", Error, "A topic of several events is declared in (evgen.v1.file).topics."},
	{topicElsewhere, "topic-elsewhere", Error, "The events of a declared topic are in its file."},
	{topicShared, "topic-shared", Error, "Settings of a declared topic stand at its declaration."},
	{compactionTwice, "compaction-twice", Error, "Compaction is set once."},
	{topicCapacity, "topic-capacity", Error, "Partitions, replication and min_in_sync are possible numbers."},
	{topicConfig, "topic-config", Error, "config holds what has no field of its own."},
	{maxRecord, "max-record", Error, "max_record fits the topic's max.message.bytes."},
	{largeTwice, "large-twice", Error, "A large value is chunked or stored aside, not both."},
	{chunkingCompacted, "chunking-compacted", Error, "An event on a compacted topic is not chunked."},
	{retryAttempts, "retry-attempts", Error, "A handler is called at least once."},
	{retryBackoff, "retry-backoff", Error, "backoff is at most max_backoff."},
	{retryTopic, "retry-topic", Error, "RETRY_TOPIC is not available yet."},
	{topicMisnamed, "topic-misnamed", Error, "Only declared topics are named."},
	{revisionCommand, "revision-command", Error, "A COMMAND has no revision."},
	{deletedTwice, "deleted-twice", Error, "An event has one deleted field."},
	{rolesExclude, "roles-exclude", Error, "The roles of a field fit together."},
	{topicDisagree, "topic-disagree", Error, "The events of a topic agree on key, partitioning, revision and codec."},
	{largeLimits, "large-limits", Error, "The limits of large values are in order."},
	{dataSubject, "data-subject", Error, "data_subject is the path of a scalar field."},

	{optionsOlder, "options-older", Warning, "A copy of evgen/v1/options.proto is as new as this evgen."},
	{CompileWarning, "compile-warning", Warning, "A file compiles without warnings."},
	{notYet, "not-yet", Warning, "An annotation has an effect."},
	{ownerMissing, "owner-missing", Warning, "Somebody owns an event."},
	{eventKey, "event-key", Warning, "An EVENT has a key."},
	{documentRevision, "document-revision", Warning, "A DOCUMENT has a revision."},
	{eventNested, "event-nested", Warning, "An event is declared at the top of its file."},
	{onlyIdentifiers, "only-ids", Warning, "An EVENT carries more than ids."},
	{eventIDKey, "event-id-key", Warning, "The event_id of an EVENT or a DOCUMENT is not its key."},
	{commandID, "command-id", Warning, "A COMMAND has an event_id."},
	{configUnknown, "config-unknown", Warning, "Kafka knows the keys of config."},
	{settingIdle, "setting-idle", Warning, "A topic's settings fit its compaction."},
	{topicUnused, "topic-unused", Warning, "A declared topic has events."},
	{compactShared, "compact-shared", Warning, "A compacted topic carries one type of event."},
	{topicNear, "topic-near", Warning, "An event with a topic of its own does not call it nearly like a shared one."},
	{compactCommand, "compact-command", Warning, "A COMMAND is not on a compacted topic."},
	{retentionShort, "retention-short", Warning, "A record is kept for longer than it is retried."},
	{ignoreInvalid, "ignore-invalid", Warning, "evgen:ignore names a warning and a reason."},
	{ignoreUnused, "ignore-unused", Warning, "evgen:ignore silences something."},
}

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
