// Package buf judges changes as buf breaking does: by the rules of its configuration version v2, with their ids, in its four categories, at the places
// that it points at.
//
// A rule is a row of a table over the facts of package compat: the facts it looks at, a predicate, a kind of place. The real buf is the judge of this
// package: testdata/compat/buf holds what it says, and its tests ask it anew when it is there, about random changes as well. One difference is meant: of
// findings at one place that read the same, buf prints one, and here each is a finding, since each has a subject of its own.
//
// Not here are the rules that only configurations of version v1beta1 have, and those of plugins and policies.
package buf
