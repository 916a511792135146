// Package dirlock keeps two processes from using one data directory at a time.
package dirlock
