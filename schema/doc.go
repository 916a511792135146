// Package schema turns annotated protobuf descriptors into a validated [Model].
//
// It is the only place that knows what the annotations mean: [Resolve] applies defaults, checks every rule, and reports all
// problems at once with their positions. Package filter below it knows the language of filters. Package source above it reads proto
// files and descriptor sets; protogen has descriptors of its own. Schema knows neither Go source nor brokers; package generator
// turns the Model into code.
package schema
