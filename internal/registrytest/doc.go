// Package registrytest says what evgen expects of a schema registry, as tests that any server can be put to: [Run]. The embedded registry and
// a real one pass the same, so that what works against one works against the other.
//
// Where real servers differ the suite holds what they share; docs/registries.md lists the rest.
package registrytest
