// Package compat compares two states of a set of proto files and says what a change means for those who read and write the events.
//
// The steps are apart: a [Snapshot] is the compact form of one side, [Compare] pairs two of them and states facts, and a profile gives
// facts a verdict. Facts are neutral, so that evgen's own rules, buf's and those of schema registries are tables over the same facts. Changes
// of annotations are the subject of package contract, which speaks of them in the same terms: [Finding], [Rule], [Breaks], [Level].
package compat
