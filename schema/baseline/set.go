package baseline

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/evgen-dev/evgen/schema/source"
)

// Set is the descriptor set of an image, file by file in the form of the wire.
type Set struct {
	Name    string   // how findings call it, e.g., image:released.binpb
	Targets []string // import paths of its files, sorted, but for standard ones and those that buf marks as imports

	files map[string]*setFile
	order []*setFile // each after its imports
	kept  int        // bytes
}

// setFile is a file of a set.
type setFile struct {
	path     string
	imports  []string
	imported bool   // there only because others import it, as buf says
	raw      []byte // a FileDescriptorProto without source info
	state    visitState
	users    int // files of the set that import it
}

type visitState uint8

const (
	unvisited visitState = iota
	visiting
	visited
)

// Numbers of fields of FileDescriptorProto.
const (
	fieldName       = 1
	fieldDependency = 3
	fieldSourceInfo = 9
	fieldBuf        = 8042 // buf's: a message whose field 1 says that the file is an import
)

// readFiles reads a sequence of files, each behind the tag of field 1 and its length.
func (s *Set) readFiles(r *bufio.Reader) error {
	var raw bytes.Buffer
	for n := 1; ; n++ {
		if _, err := r.Peek(1); errors.Is(err, io.EOF) {
			return nil
		}
		err := readField(r, &raw)
		if err == nil {
			err = s.add(raw.Bytes())
		}
		if err != nil {
			return fmt.Errorf("file %d: %w", n, err)
		}
	}
}

var errCut = errors.New("the set is cut off within it")

// readField reads the next field into raw.
func readField(r *bufio.Reader, raw *bytes.Buffer) error {
	tag, err := binary.ReadUvarint(r)
	if err != nil {
		return cut(err)
	}
	if tag != setTag {
		return errors.New("it is no descriptor set")
	}
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return cut(err)
	}
	if size > maxFile {
		return fmt.Errorf("its length is %d bytes, and at most %d MiB are read", size, maxFile>>20)
	}
	raw.Reset()
	_, err = io.CopyN(raw, r, int64(size))
	return cut(err)
}

func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}

// add keeps what is needed of a file.
func (s *Set) add(raw []byte) error {
	f, err := readFile(raw)
	if err != nil {
		return err
	}
	if s.files[f.path] != nil {
		return fmt.Errorf("%s is in the set twice", f.path)
	}
	if s.kept += len(f.raw); s.kept > maxKept {
		return fmt.Errorf("without source info, the set is still larger than %d GiB", maxKept>>30)
	}
	s.files[f.path] = f
	s.order = append(s.order, f)
	return nil
}

var errNoFile = errors.New("it is no file descriptor")

// readFile takes a FileDescriptorProto apart, and leaves out its source info, which makes most of it.
func readFile(raw []byte) (*setFile, error) {
	f := &setFile{}
	for rest := raw; len(rest) > 0; {
		number, kind, size := protowire.ConsumeField(rest)
		if size < 0 {
			return nil, errNoFile
		}
		field := rest[:size]
		rest = rest[size:]
		if kind == protowire.BytesType {
			value := lengthDelimited(field)
			switch number {
			case fieldName:
				f.path = string(value)
			case fieldDependency:
				f.imports = append(f.imports, string(value))
			case fieldBuf:
				f.imported = isImport(value)
			case fieldSourceInfo:
				continue
			}
		}
		f.raw = append(f.raw, field...)
	}
	if f.path == "" {
		return nil, errNoFile
	}
	f.raw = slices.Clip(bytes.Clone(f.raw))
	return f, nil
}

// lengthDelimited returns the value of a field that was consumed before.
func lengthDelimited(field []byte) []byte {
	_, _, tag := protowire.ConsumeTag(field)
	value, _ := protowire.ConsumeBytes(field[tag:])
	return value
}

// isImport reads the message that buf adds to files.
func isImport(b []byte) bool {
	is := false
	for len(b) > 0 {
		number, kind, size := protowire.ConsumeField(b)
		if size < 0 {
			return false
		}
		if number == 1 && kind == protowire.VarintType {
			_, _, tag := protowire.ConsumeTag(b)
			v, _ := protowire.ConsumeVarint(b[tag:])
			is = v != 0
		}
		b = b[size:]
	}
	return is
}

// arrange puts each file after its imports, and finds the targets.
func (s *Set) arrange() error {
	given := s.order
	s.order = nil
	for _, f := range given {
		if f.state == unvisited {
			if err := s.visit(f); err != nil {
				return err
			}
		}
		if _, standard := source.StandardImport(f.path); !standard && !f.imported {
			s.Targets = append(s.Targets, f.path)
		}
	}
	slices.Sort(s.Targets)
	if len(s.Targets) == 0 {
		return errors.New("it has no file of its own, only imports")
	}
	return nil
}

func (s *Set) visit(f *setFile) error {
	f.state = visiting
	for _, path := range f.imports {
		imported := s.files[path]
		if imported == nil {
			if _, standard := source.StandardImport(path); !standard {
				return fmt.Errorf("%s imports %q, which is not in it", f.path, path)
			}
			continue
		}
		imported.users++
		switch imported.state {
		case visiting:
			return fmt.Errorf("%s imports itself through %s", path, f.path)
		case unvisited:
			if err := s.visit(imported); err != nil {
				return err
			}
		}
	}
	f.state = visited
	s.order = append(s.order, f)
	return nil
}
