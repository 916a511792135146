package output

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Apply makes the changes below root. Each file changes at once or not at all; after an error the changes behind it are not made.
func Apply(root string, changes []Change) error {
	for _, c := range changes {
		path := filepath.Join(root, filepath.FromSlash(c.Name))
		if c.Kind == Remove {
			if err := os.Remove(path); err != nil {
				return err
			}
			_ = os.Remove(filepath.Dir(path)) // succeeds only if it is empty now
			continue
		}
		if err := replace(path, c.New); err != nil {
			return fmt.Errorf("write %s: %w", c.Name, err)
		}
	}
	return nil
}

// replace writes beside the file and renames: a reader sees the old content or the new one.
func replace(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".evgen-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}
