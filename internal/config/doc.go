// Package config reads what a project says about itself: evgen.yaml, and of buf.yaml where its proto files are.
//
// It reads through [Files], because a project is not always on disk: evgen check also reads the configuration that held at another
// revision, which may have had its proto files elsewhere.
package config
