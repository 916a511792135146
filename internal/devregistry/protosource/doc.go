// Package protosource compiles the text of a schema with the texts that it refers to, by evgen's own compiler, and brings what registries bring:
// google/protobuf, google/type and confluent.
package protosource
