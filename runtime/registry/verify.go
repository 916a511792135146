package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
	"github.com/evgen-dev/evgen/schema/source"
)

// Event is an event of any type: what generated code has as a variable, e.g., sitesv1ev.Site.
type Event interface {
	Contract() *event.Contract
	Descriptor() protoreflect.MessageDescriptor
}

// Verify checks that the schema of each event, as it is linked into the program, is one of the versions that its subject has. A service calls it
// at its start: what it returns names the schemas for the headers of records, and a service whose schemas nobody registered, or that would break the
// readers of its events, does not come up. Every event that is wrong is in the error, as a [*MismatchError] or a [*SchemaError]; a
// registry that does not answer is a [*UnavailableError].
func Verify(ctx context.Context, c *Client, events ...Event) (*Schemas, error) {
	s := &Schemas{byEvent: map[string]payload.Schema{}}
	read := newReader(c)
	var problems []error
	for _, e := range events {
		name := e.Contract().Name
		found, err := verify(ctx, read, e)
		if _, silent := errors.AsType[*UnavailableError](err); silent {
			return nil, fmt.Errorf("verify %s: %w", name, err)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("verify %s: %w", name, err))
			continue
		}
		s.byEvent[name] = payload.Schema{
			ID: found.ID, GUID: found.GUID, Index: payload.Index(e.Descriptor()), URI: fmt.Sprintf("%s/schemas/ids/%d", c.base, found.ID),
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return s, nil
}

func verify(ctx context.Context, read *reader, e Event) (*Version, error) {
	subject := e.Contract().SubjectName()
	if subject == "" {
		return nil, errors.New("its annotation says UNREGISTERED: leave it out")
	}
	own, err := newCandidate(e.Descriptor())
	if err != nil {
		return nil, err
	}
	numbers, err := read.c.numbers(ctx, subject)
	if err != nil {
		return nil, err
	}
	var broken error // of the newest version that cannot be compared
	for _, n := range slices.Backward(numbers) {
		v, err := read.resolved(ctx, subject, n)
		same := false
		if err == nil {
			same, err = own.isIn(ctx, v)
		}
		switch {
		case same:
			return v, nil
		case isAbsent(err, codeVersion):
		case isUnusable(err):
			broken = cmp.Or(broken, err)
		case err != nil:
			return nil, err
		}
	}
	if broken != nil {
		return nil, fmt.Errorf("its schema is none of those of subject %s that can be read, and: %w", subject, broken)
	}
	return nil, own.mismatch(ctx, read, subject, numbers[len(numbers)-1])
}

// isUnusable says whether err is about a registered schema, not about reading it.
func isUnusable(err error) bool {
	_, unusable := errors.AsType[*SchemaError](err)
	return unusable
}

// candidate is the schema of an event as it is linked into the program.
type candidate struct {
	message protoreflect.MessageDescriptor
	meaning meaning
	brought []source.Tree
}

func newCandidate(m protoreflect.MessageDescriptor) (*candidate, error) {
	texts, err := meaningOf(m)
	if err != nil {
		return nil, err
	}
	brought, err := Brought(m.ParentFile())
	if err != nil {
		return nil, err
	}
	return &candidate{m, texts, brought}, nil
}

func (k *candidate) path() string { return k.message.ParentFile().Path() }

// file compiles a version under the name of the candidate's file.
func (k *candidate) file(ctx context.Context, v *Version) (protoreflect.FileDescriptor, error) {
	set, err := v.Compile(ctx, k.path(), k.brought...)
	if err != nil {
		return nil, err
	}
	fd, err := compiled(set, k.path())
	if err != nil {
		return nil, &SchemaError{v.Subject, v.Number, err}
	}
	return fd, nil
}

// isIn says whether v has the candidate's schema.
func (k *candidate) isIn(ctx context.Context, v *Version) (bool, error) {
	fd, err := k.file(ctx, v)
	if err != nil {
		return false, err
	}
	m := messageOf(fd, k.message.FullName())
	if m == nil {
		return false, nil
	}
	theirs, err := meaningOf(m)
	if err != nil {
		return false, &SchemaError{v.Subject, v.Number, err}
	}
	return k.meaning.equal(theirs), nil
}

// messageOf returns the message of a file by its full name, or nil.
func messageOf(fd protoreflect.FileDescriptor, name protoreflect.FullName) protoreflect.MessageDescriptor {
	inPackage := string(name)
	if fd.Package() != "" {
		var ok bool
		if inPackage, ok = strings.CutPrefix(inPackage, string(fd.Package())+"."); !ok {
			return nil
		}
	}
	messages := fd.Messages()
	var m protoreflect.MessageDescriptor
	for part := range strings.SplitSeq(inPackage, ".") {
		if m = messages.ByName(protoreflect.Name(part)); m == nil {
			return nil
		}
		messages = m.Messages()
	}
	return m
}
