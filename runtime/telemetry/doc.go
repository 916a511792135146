// Package telemetry connects events to traces: what a producer writes, so that a handler in another process
// can name the request that caused it.
//
// It stands between package event and the packages that run (produce, consume, view), and uses the API of OpenTelemetry only:
// which SDK records the spans, if any, is the user's choice. This release carries the trace context; the
// instruments, the spans and the table of their names will live here too.
package telemetry
