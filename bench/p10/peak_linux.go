package main

import "syscall"

// peak is in kilobytes on Linux.
func peak(usage *syscall.Rusage) int64 { return usage.Maxrss << 10 }
