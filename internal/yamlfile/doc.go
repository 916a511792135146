// Package yamlfile reads the YAML files that people write for evgen. It is strict, so that a slip of the keyboard is an error with its position and, where
// a known key is near, a suggestion, instead of a setting that silently does nothing.
package yamlfile
