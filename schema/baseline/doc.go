// Package baseline opens what evgen check compares with: a project at another revision of its repository, a project in another
// directory, or an image, that is, a descriptor set in a file. What is opened are trees and descriptors; compiling them is the work of
// package source, and comparing them that of package compat. Baselines in a registry or in evgen.lock have packages of their own.
//
// Nothing here passes for an empty baseline: what cannot be read is an [Error], which says what to do about it.
//
// Revisions are read by git itself, as a program, and not by a library: it knows packs, alternates, worktrees, both kinds of object
// ids, partial clones and whatever comes next exactly as the user's own git does, and it is already there, because a revision to compare with
// has been fetched by somebody. Two processes do: one finds the repository and the commit, the other, git cat-file --batch, hands out
// trees and blobs by their object ids, only those that are asked for. There is no checkout, no work tree and no network: a partial
// clone that lacks a blob is an error, not a download.
package baseline
