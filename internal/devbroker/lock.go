package devbroker

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// lockName is the file in the data directory that its broker holds locked; it contains the process id.
const lockName = "lock"

type lock struct{ file *os.File }

// lockDir makes dir if needed and takes it for this process: two brokers would write into the same files.
func lockDir(dir string) (*lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	if err := lockFile(f); err != nil {
		holder, _ := os.ReadFile(path)
		_ = f.Close()
		return nil, fmt.Errorf("start broker: %s is in use by process %s: stop it, or choose another directory (%w)",
			dir, strings.TrimSpace(string(holder)), err)
	}
	if err := f.Truncate(0); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("start broker: %w", err)
	}
	if _, err := fmt.Fprintln(f, os.Getpid()); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("start broker: %w", err)
	}
	return &lock{f}, nil
}

// release gives the directory free; the system does so too when the process ends.
func (l *lock) release() error {
	if l == nil || l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
