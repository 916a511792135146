package baseline

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// maxObject bounds a file or directory that is read: 64 MiB, the whole of googleapis in one file.
const maxObject = 64 << 20

// objects reads an object store through one git cat-file --batch, which runs until close. It may be used by several goroutines.
type objects struct {
	git    git
	ctx    context.Context
	mu     sync.Mutex
	cancel context.CancelFunc
	cmd    *exec.Cmd // nil before the first read
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
	err    error // after which there is nothing more to read
}

// errMissing is that of an object that is not in the store.
var errMissing = errors.New("object is missing")

// read returns the content of an object, which must be of a kind, e.g., blob.
func (o *objects) read(id, kind string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil && o.cmd == nil {
		o.err = o.start()
	}
	if o.err != nil {
		return nil, o.err
	}
	hung := time.AfterFunc(o.git.patience, o.cancel)
	content, got, err := o.exchange(id)
	if !hung.Stop() && err != nil {
		err = errHung
	}
	switch {
	case errors.Is(err, errMissing), errors.Is(err, errTooLarge):
		return nil, fmt.Errorf("%s %s: %w", kind, id, err)
	case err != nil:
		o.err = o.failed(err)
		return nil, o.err
	case got != kind:
		return nil, fmt.Errorf("object %s is a %s, not a %s", id, got, kind)
	}
	return content, nil
}

func (o *objects) start() error {
	ctx, cancel := context.WithCancel(o.ctx)
	o.cancel = cancel
	cmd := o.git.command(ctx, "cat-file", "--batch")
	cmd.Stderr = &o.stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return o.git.failure(err, "", "cat-file", "--batch")
	}
	o.cmd, o.stdin, o.stdout = cmd, stdin, bufio.NewReaderSize(stdout, 64<<10)
	return nil
}

var errTooLarge = fmt.Errorf("larger than %d MiB", maxObject>>20)

// exchange asks for one object. Answers are "<id> <kind> <size>", the content and a line end, or "<id> missing".
func (o *objects) exchange(id string) (content []byte, kind string, err error) {
	if _, err := io.WriteString(o.stdin, id+"\n"); err != nil {
		return nil, "", err
	}
	header, err := o.stdout.ReadString('\n')
	if err != nil {
		return nil, "", err
	}
	fields := strings.Fields(header)
	if len(fields) == 2 && fields[1] == "missing" {
		return nil, "", errMissing
	}
	if len(fields) != 3 {
		return nil, "", fmt.Errorf("answer of git is %q", header)
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return nil, "", fmt.Errorf("answer of git is %q", header)
	}
	if size > maxObject {
		if _, err := io.CopyN(io.Discard, o.stdout, size+1); err != nil {
			return nil, "", err
		}
		return nil, "", errTooLarge
	}
	content = make([]byte, size)
	if _, err := io.ReadFull(o.stdout, content); err != nil {
		return nil, "", err
	}
	_, err = o.stdout.Discard(1)
	return content, fields[1], err
}

var errEnded = errors.New("it ended early")

// failed ends the process and says why it did not answer. In a partial clone git dies of a missing object.
func (o *objects) failed(err error) error {
	ended := o.end()
	switch {
	case o.ctx.Err() != nil:
		return o.ctx.Err()
	case errors.Is(err, errHung):
	case strings.Contains(o.stderr.String(), "promisor remote"):
		return errMissing
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		err = cmp.Or(ended, errEnded)
	}
	return o.git.failure(err, o.stderr.String(), "cat-file", "--batch")
}

// end lets the process end, and makes it.
func (o *objects) end() error {
	_ = o.stdin.Close() // with the process, what reads it is gone
	killed := time.AfterFunc(o.cmd.WaitDelay, o.cancel)
	defer killed.Stop()
	defer o.cancel()
	return o.cmd.Wait()
}

// close ends the process. What is read afterwards is an error.
func (o *objects) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil && o.cmd != nil {
		_ = o.end() // everything was read that somebody wanted
	}
	if o.err == nil {
		o.err = errors.New("baseline is closed")
	}
}
