package baseline

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// OpenImage reads the descriptor set in a file, as evgen, buf build and protoc --descriptor_set_out write it, also compressed by gzip or
// zstd; a relative path is relative to dir. It reads up to 2 GiB, file by file, and keeps them without their source info, up to 1 GiB.
func OpenImage(dir string, spec Spec) (*Set, error) {
	place := spec.Path
	if !filepath.IsAbs(place) {
		place = filepath.Join(dir, place)
	}
	f, err := os.Open(place)
	if err != nil {
		return nil, unopened(spec, err)
	}
	defer func() { _ = f.Close() }() // it was read only
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &Error{Usage, spec.String(), spec.Path + " is a directory", "compare with dir:" + spec.Path, nil}
	}
	return readSet(spec, f)
}

func unopened(spec Spec, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &Error{Usage, spec.String(), fmt.Sprintf("there is no file %s", spec.Path), "write it from what was released: " + writeImage, err}
	}
	return &Error{Environment, spec.String(), err.Error(), "make the file readable", err}
}

const writeImage = "buf build -o released.binpb, or protoc --include_imports --descriptor_set_out=released.binpb"

// What an image may be at most.
const (
	maxImage = 2 << 30   // bytes, when it is no longer compressed
	maxFile  = 256 << 20 // bytes of one file, with source info
	maxKept  = 1 << 30   // bytes of all files without

	maxWindow = 128 << 20 // bytes that zstd --ultra looks back
)

// readSet reads a descriptor set and puts its files in order.
func readSet(spec Spec, r io.Reader) (*Set, error) {
	s := &Set{Name: spec.String(), files: map[string]*setFile{}}
	plain, err := decompress(r)
	if err != nil {
		return nil, s.refused(err)
	}
	defer plain.Close()
	limited := &io.LimitedReader{R: plain, N: maxImage + 1}
	content := bufio.NewReaderSize(limited, 64<<10)
	if err := checkKind(content); err != nil {
		return nil, s.refused(err)
	}
	err = s.readFiles(content)
	if limited.N == 0 {
		err = fmt.Errorf("it is larger than %d GiB", maxImage>>30)
	}
	if err == nil {
		err = s.arrange()
	}
	if err != nil {
		return nil, s.refused(err)
	}
	return s, nil
}

// refused returns an error about the content of the image; one that has no next step of its own gets the usual one.
func (s *Set) refused(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Baseline = s.Name
		return e
	}
	return &Error{Content, s.Name, err.Error(), "write it anew: " + writeImage, err}
}

// decompress knows compressed files by how they begin, whatever their name.
func decompress(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReader(r)
	head, _ := b.Peek(4) // an error comes back when the content is read
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("decompress it: %w", err)
		}
		return z, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, fmt.Errorf("decompress it: %w", err)
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(b), nil
}

// setTag is how every descriptor set begins: field 1, with a length.
const setTag = 1<<3 | 2

// checkKind refuses what cannot be a descriptor set, and says what it is.
func checkKind(r *bufio.Reader) error {
	head, err := r.Peek(1 << 10)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it is cut off")
	case err != nil && !errors.Is(err, io.EOF):
		return fmt.Errorf("read it: %w", err)
	}
	switch text := strings.TrimLeft(string(head), " \t\r\n"); {
	case len(head) == 0:
		return errors.New("it is empty")
	case head[0] == setTag && !startsLikeText(head, text):
		return nil
	case checkPointer(head) != nil:
		return &Error{Class: Environment, Problem: "it " + errPointer.Error(), Help: "git lfs pull"}
	case strings.HasPrefix(text, "{"):
		return errors.New("it is JSON, and evgen reads descriptor sets in binary form only")
	case isText(head) && strings.Contains(text, "file") && strings.ContainsAny(text, "{:"):
		return errors.New("it is a text, and evgen reads descriptor sets in binary form only")
	case isText(head):
		return errors.New("it is a text and no descriptor set")
	}
	return errors.New("it is no descriptor set")
}

// startsLikeText knows JSON and comments behind line ends, with which a descriptor set begins, too: its tag is one.
func startsLikeText(head []byte, text string) bool {
	return text != "" && strings.ContainsAny(text[:1], "{/") && isText(head)
}

// isText says whether the beginning of a file looks like text; its last character may be cut.
func isText(head []byte) bool {
	for len(head) > 0 {
		c, size := utf8.DecodeRune(head)
		if c == utf8.RuneError && size == 1 && len(head) >= utf8.UTFMax || unicode.IsControl(c) && !strings.ContainsRune("\t\r\n", c) {
			return false
		}
		head = head[size:]
	}
	return true
}
