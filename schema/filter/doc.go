// Package filter compiles the filters of projections, which are written in CEL, into typed trees that a generator can write as Go.
//
// Filters are a language of their own: package schema knows where one stands and what its problems are called in diagnostics,
// this package knows the text, the messages that its names mean, and nothing of annotations. It is the only one that knows CEL,
// and of CEL it takes the parser alone. The subset that it accepts means exactly what it means in CEL.
package filter
