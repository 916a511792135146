package compat

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Snapshot is the compact form of one side: what any profile compares, and nothing else. It keeps no reference into the descriptors it was made of, so that they can
// be collected before the other side is compiled. Nodes point at each other; nobody writes to them after [Snapshot.Add].
//
// A snapshot is not safe for concurrent use while files are added, and is afterwards.
type Snapshot struct {
	Files      []*File  // in the order in which they were added
	Extensions []*Field // of all files, in that order

	files    map[string]*File
	messages map[string]*Message
	enums    map[string]*Enum
	services map[string]*Service
	packages map[string]bool
	strings  map[string]string
}

// NewSnapshot returns an empty snapshot.
func NewSnapshot() *Snapshot {
	return &Snapshot{
		files:    map[string]*File{},
		messages: map[string]*Message{},
		enums:    map[string]*Enum{},
		services: map[string]*Service{},
		packages: map[string]bool{},
		strings:  map[string]string{},
	}
}

// Add adds what fd declares, but not what it imports. Types that are never added, such as those of google/protobuf, are known by name alone. A path that was added
// before is ignored.
func (s *Snapshot) Add(fd protoreflect.FileDescriptor) {
	if s.files[fd.Path()] != nil {
		return
	}
	f := s.readFile(fd)
	s.Files = append(s.Files, f)
	s.files[f.Path] = f
	s.packages[f.Package] = true
}

// File returns the file with a path, or nil.
func (s *Snapshot) File(path string) *File { return s.files[path] }

// Message returns the message with a full name, or nil. Entries of maps are messages as well.
func (s *Snapshot) Message(name string) *Message { return s.messages[name] }

// Enum returns the enum with a full name, or nil.
func (s *Snapshot) Enum(name string) *Enum { return s.enums[name] }

// Service returns the service with a full name, or nil.
func (s *Snapshot) Service(name string) *Service { return s.services[name] }

// HasPackage says whether a file is of the package.
func (s *Snapshot) HasPackage(name string) bool { return s.packages[name] }

// intern returns its own copy of text, one for all that are equal: names repeat, and a substring of a source file would keep the whole file.
func (s *Snapshot) intern(text string) string {
	if own, ok := s.strings[text]; ok {
		return own
	}
	own := strings.Clone(text)
	s.strings[own] = own
	return own
}

// Node is a declaration: *[File], *[Message], *[Field], *[Oneof], *[Enum], *[EnumValue], *[Service], *[Method] or *[Range].
type Node interface {
	// FullName is the full name, e.g., acme.orders.v1.OrderPlaced.order_id; of a file its path, of a range or a reserved name that of what declares it.
	FullName() string
	// Parent is what encloses the declaration: nil for a file.
	Parent() Node
	// File is where it is declared.
	File() *File
	// Element is the path of the declaration in its file, as in a google.protobuf.SourceCodeInfo.Location. It is made anew by each call.
	Element() []int32
}

// PlaceOf returns where n is declared, without positions.
func PlaceOf(n Node) Place { return Place{File: n.File().Path, Element: n.Element()} }

// The numbers of fields of descriptor.proto that elements are made of.
const (
	fileMessages, fileEnums, fileServices, fileExtensions                = 4, 5, 6, 7
	messageFields, messageMessages, messageEnums, messageExtensionRanges = 2, 3, 4, 5
	messageExtensions, messageOneofs                                     = 6, 8
	messageReservedRanges, messageReservedNames                          = 9, 10
	enumValues, enumReservedRanges, enumReservedNames                    = 2, 4, 5
	serviceMethods                                                       = 2
)

// within returns the element of the index-th child of a kind.
func within(parent Node, kind, index int32) []int32 {
	return append(parent.Element(), kind, index)
}
