// Package report prints findings, of lint, of generate and of the compatibility gate, for people and for the services that show them beside a
// change. A [Finding] is one struct, and each format is a function of it.
package report
