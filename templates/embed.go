// Package templates holds the text of files that are not generated as Go. This one Go file is here because go:embed reaches no folder above its own;
// everything else is templates. What fills sql is in package generator, what fills init is the command of that name.
package templates

import "embed"

// FS has sql/<dialect>/projection.sql.tmpl, and in init the files of a new project.
//
//go:embed init sql
var FS embed.FS
