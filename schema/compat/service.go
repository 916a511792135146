package compat

import "google.golang.org/protobuf/types/descriptorpb"

// Service is a service.
type Service struct {
	Name    string // full name
	In      *File
	Index   int32
	Methods []Method
}

// Method is a method of a service.
type Method struct {
	Name            string // e.g., PlaceOrder
	In              *Service
	Index           int32
	Input, Output   string // full names
	ClientStreaming bool
	ServerStreaming bool
	Idempotency     descriptorpb.MethodOptions_IdempotencyLevel
	HasIdempotency  bool // it is written
}

// Method returns the method with a name, or nil.
func (s *Service) Method(name string) *Method {
	for i := range s.Methods {
		if s.Methods[i].Name == name {
			return &s.Methods[i]
		}
	}
	return nil
}

// NestedName returns the name without the package.
func (s *Service) NestedName() string { return s.In.nested(s.Name) }

// FullName returns the full name.
func (s *Service) FullName() string { return s.Name }

// Parent returns the file.
func (s *Service) Parent() Node { return s.In }

// File returns the file that declares it.
func (s *Service) File() *File { return s.In }

// Element returns the path in the file.
func (s *Service) Element() []int32 { return within(s.In, fileServices, s.Index) }

// FullName returns the full name.
func (m *Method) FullName() string { return m.In.Name + "." + m.Name }

// Parent returns the service.
func (m *Method) Parent() Node { return m.In }

// File returns the file that declares it.
func (m *Method) File() *File { return m.In.In }

// Element returns the path in the file.
func (m *Method) Element() []int32 { return within(m.In, serviceMethods, m.Index) }
