// Package gate compares two states of a project's proto files under a profile. It puts the steps together that packages source, baseline,
// compat and contract do: each [Side] is read and reduced to a [State], one after the other, so that the descriptors of both are never in
// memory together; two states are judged; and only the files that findings are about are compiled again, for positions.
package gate
