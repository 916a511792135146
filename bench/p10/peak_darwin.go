package main

import "syscall"

// peak is in bytes on macOS.
func peak(usage *syscall.Rusage) int64 { return usage.Maxrss }
