package event

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
)

// Key turns the key of an event into bytes and back. Its bytes are frozen once an event is published: they decide
// order, compaction and which partition a key lives in.
type Key[K any, M proto.Message] struct {
	of        func(M) K
	part      func(*K) Part   // of a key of one field
	parts     func(*K) []Part // of a composite key; one list encodes and decodes
	partition func(*K) []Part // nil: the whole key
	form      keyForm
}

type keyForm uint8

const (
	composite keyForm = iota // parts joined by "/", escaped
	single                   // one part as text, without escapes
	raw                      // one part as bytes
)

// KeyPart is what a text key can be made of. An enum is its number.
type KeyPart interface {
	~string | ~bool | ~int32 | ~int64 | ~uint32 | ~uint64 | ~[]byte
}

// RawKeyPart is what a raw key can be made of.
type RawKeyPart interface {
	~string | ~int32 | ~int64 | ~uint32 | ~uint64 | ~[]byte
}

// TextKey is a key of one field as UTF-8 text: strings as they are, integers in decimal, bytes as
// unpadded base64url, bool as true or false.
func TextKey[K KeyPart, M proto.Message](of func(M) K) Key[K, M] {
	return Key[K, M]{of: of, part: PartOf[K], form: single}
}

// RawKey is a key of one field as bytes: strings and bytes as they are, integers in big endian and fixed width.
func RawKey[K RawKeyPart, M proto.Message](of func(M) K) Key[K, M] {
	return Key[K, M]{of: of, part: rawPart[K], form: raw}
}

// CompositeKey is a key of several fields as text, joined by "/"; "/" and "%" within a part are escaped as %2F and %25.
// parts returns pointers to the fields of a key in order, as for Scan.
func CompositeKey[K any, M proto.Message](of func(M) K, parts func(*K) []Part) Key[K, M] {
	return Key[K, M]{of: of, parts: parts}
}

// PartitionBy returns k with the partition chosen by some of its parts only, so that related keys share one.
func (k Key[K, M]) PartitionBy(parts func(*K) []Part) Key[K, M] {
	k.partition = parts
	return k
}

// encode returns the bytes of key, none if all of its parts are empty, and the bytes that choose the partition if they differ.
func (k *Key[K, M]) encode(key K) (whole, partition []byte) {
	if text, ok := any(key).(string); ok && k.form != composite {
		return append([]byte(nil), text...), nil // nearly all keys: they need no part, which would be on the heap
	}
	return k.encodeParts(key)
}

func (k *Key[K, M]) encodeParts(key K) (whole, partition []byte) {
	if k.form != composite {
		return k.part(&key).append(nil), nil
	}
	parts := k.parts(&key)
	if allEmpty(parts) {
		return nil, nil
	}
	if k.partition != nil {
		partition = join(k.partition(&key))
	}
	return join(parts), partition
}

func (k *Key[K, M]) decode(b []byte) (key K, err error) {
	if len(b) == 0 {
		return key, errors.New("is empty")
	}
	if k.form != raw && !utf8.Valid(b) {
		return key, errors.New("is not UTF-8")
	}
	if k.form != composite {
		err := k.part(&key).parse(string(b))
		return key, err
	}
	parts := k.parts(&key)
	texts := strings.Split(string(b), "/")
	if len(texts) != len(parts) {
		return key, fmt.Errorf("has %d parts instead of %d", len(texts), len(parts))
	}
	for i, text := range texts {
		plain, err := unescape(text)
		if err != nil {
			return key, fmt.Errorf("part %d: %w", i+1, err)
		}
		if err := parts[i].parse(plain); err != nil {
			return key, fmt.Errorf("part %d: %w", i+1, err)
		}
	}
	return key, nil
}

func allEmpty(parts []Part) bool {
	for _, p := range parts {
		if len(p.append(nil)) > 0 {
			return false
		}
	}
	return true
}

// join never returns nil: an empty partition key still chooses one partition for all that share it.
func join(parts []Part) []byte {
	b := []byte{}
	for i, p := range parts {
		if i > 0 {
			b = append(b, '/')
		}
		start := len(b)
		b = p.append(b)
		b = escape(b, start)
	}
	return b
}

// escape escapes b from start on; most parts have nothing to escape.
func escape(b []byte, start int) []byte {
	text := string(b[start:])
	if !strings.ContainsAny(text, "/%") {
		return b
	}
	return append(b[:start], strings.NewReplacer("/", "%2F", "%", "%25").Replace(text)...)
}

// unescape accepts exactly what escape writes, so that a key has one spelling.
func unescape(text string) (string, error) {
	if !strings.Contains(text, "%") {
		return text, nil // nearly all parts: a replacer costs more than the rest of decoding
	}
	plain := strings.NewReplacer("%2F", "/", "%25", "%").Replace(text)
	if back := string(escape([]byte(plain), 0)); back != text {
		return "", fmt.Errorf("%q has an escape other than %%2F and %%25", text)
	}
	return plain, nil
}
