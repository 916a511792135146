package catalog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/evgen-dev/evgen/internal/dirlock"
)

// journalName is the file in the directory of a catalog: one [Change] in JSON per line.
const journalName = "registry.jsonl"

// journal is the file of all changes. It only grows: a registry for development sees few.
type journal struct {
	lock *dirlock.Lock
	file *os.File
	size int64 // where the last whole change ends
}

// openJournal calls apply with each change that was written. A last line that is torn, as a crash leaves it, was never answered to a client and
// is cut off.
func openJournal(dir string, apply func(Change)) (*journal, error) {
	lock, err := dirlock.Take(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, journalName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	j := &journal{lock: lock, file: f}
	if err := j.replay(apply); err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", path, err), j.close())
	}
	return j, nil
}

func (j *journal) replay(apply func(Change)) error {
	r := bufio.NewReader(j.file)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var c Change
		damage := json.Unmarshal(line, &c)
		if errors.Is(err, io.EOF) || damage != nil && isLast(r) {
			return j.cut()
		}
		if damage != nil {
			return fmt.Errorf("line %d is damaged: %w: move the file away to begin anew", n, damage)
		}
		apply(c)
		j.size += int64(len(line))
	}
}

func isLast(r *bufio.Reader) bool {
	_, err := r.Peek(1)
	return errors.Is(err, io.EOF)
}

// cut removes what stands behind the last whole change.
func (j *journal) cut() error { return j.file.Truncate(j.size) }

// append writes a change to disk. What an append that failed may have left is overwritten by the next.
func (j *journal) append(c Change) error {
	var line bytes.Buffer
	if err := json.NewEncoder(&line).Encode(c); err != nil {
		return err
	}
	if _, err := j.file.WriteAt(line.Bytes(), j.size); err != nil {
		return errors.Join(err, j.cut())
	}
	if err := j.file.Sync(); err != nil {
		return errors.Join(err, j.cut())
	}
	j.size += int64(line.Len())
	return nil
}

func (j *journal) close() error { return errors.Join(j.file.Close(), j.lock.Release()) }
