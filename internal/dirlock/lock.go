package dirlock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Name is the file in a directory that its user holds locked; it contains the process id.
const Name = "lock"

// Lock is a directory that this process uses. It is not safe for concurrent use.
type Lock struct{ file *os.File }

// Take makes dir if needed and takes it for this process. It fails at once if another process, or another Lock of this one, has it.
func Take(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, Name)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		holder, _ := os.ReadFile(path)
		_ = f.Close()
		return nil, fmt.Errorf("%s is in use by process %s: stop it, or choose another directory (%w)", dir, strings.TrimSpace(string(holder)), err)
	}
	if err := sign(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Lock{f}, nil
}

// sign writes the process id for those who find the directory in use.
func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintln(f, os.Getpid())
	return err
}

// Release gives the directory free; the system does so, too, when the process ends. A second call, and one of nil, does nothing.
func (l *Lock) Release() error {
	if l == nil || l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
