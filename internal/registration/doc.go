// Package registration says what evgen writes into a schema registry, and writes it.
//
// Each file that an event's file imports is registered under its path, so that any client can follow the references; the file of an event is
// registered under the event's subject. Texts are in normal form, so that registering again changes nothing, and comments make no new version.
// The contract of the events travels as metadata, where the server keeps it.
package registration
