package event

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"reflect"
	"strconv"
)

// Part is one part of a key: a pointer to a field, together with its form as bytes.
type Part interface {
	append([]byte) []byte
	parse(string) error
}

// PartOf returns the part that *p is, as text.
func PartOf[T KeyPart](p *T) Part {
	if s, ok := any(p).(*string); ok {
		return (*stringPart)(s)
	}
	return textPart{reflect.ValueOf(p).Elem()}
}

// Text returns the text form of a field for headers and ids: that of a key part, and floats in their shortest form.
func Text[T KeyPart | ~float32 | ~float64](v T) string {
	return string(textPart{reflect.ValueOf(&v).Elem()}.append(nil))
}

func rawPart[T RawKeyPart](p *T) Part {
	if s, ok := any(p).(*string); ok {
		return (*stringPart)(s)
	}
	return bytesPart{reflect.ValueOf(p).Elem()}
}

// stringPart is the common case, without reflection; text and raw form are the same.
type stringPart string

func (p *stringPart) append(b []byte) []byte { return append(b, *p...) }

func (p *stringPart) parse(text string) error {
	*p = stringPart(text)
	return nil
}

type textPart struct{ v reflect.Value }

func (p textPart) append(b []byte) []byte {
	switch p.v.Kind() {
	case reflect.String:
		return append(b, p.v.String()...)
	case reflect.Bool:
		return strconv.AppendBool(b, p.v.Bool())
	case reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, p.v.Int(), 10)
	case reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(b, p.v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.AppendFloat(b, p.v.Float(), 'g', -1, p.v.Type().Bits())
	default:
		return base64.RawURLEncoding.AppendEncode(b, p.v.Bytes())
	}
}

// parse accepts only what append writes: "007" or "TRUE" would be a second spelling of a key.
func (p textPart) parse(text string) error {
	if err := p.set(text); err != nil {
		return err
	}
	if back := string(p.append(nil)); back != text {
		return fmt.Errorf("%q is not the spelling of a key, %q is", text, back)
	}
	return nil
}

func (p textPart) set(text string) error {
	switch p.v.Kind() {
	case reflect.String:
		p.v.SetString(text)
	case reflect.Bool:
		x, err := strconv.ParseBool(text)
		p.v.SetBool(x)
		return err
	case reflect.Int32, reflect.Int64:
		x, err := strconv.ParseInt(text, 10, p.v.Type().Bits())
		p.v.SetInt(x)
		return err
	case reflect.Uint32, reflect.Uint64:
		x, err := strconv.ParseUint(text, 10, p.v.Type().Bits())
		p.v.SetUint(x)
		return err
	default:
		x, err := base64.RawURLEncoding.Strict().DecodeString(text)
		p.v.SetBytes(x)
		return err
	}
	return nil
}

type bytesPart struct{ v reflect.Value }

func (p bytesPart) append(b []byte) []byte {
	switch p.v.Kind() {
	case reflect.String:
		return append(b, p.v.String()...)
	case reflect.Int32:
		return binary.BigEndian.AppendUint32(b, uint32(p.v.Int()))
	case reflect.Uint32:
		return binary.BigEndian.AppendUint32(b, uint32(p.v.Uint()))
	case reflect.Int64:
		return binary.BigEndian.AppendUint64(b, uint64(p.v.Int()))
	case reflect.Uint64:
		return binary.BigEndian.AppendUint64(b, p.v.Uint())
	default:
		return append(b, p.v.Bytes()...)
	}
}

func (p bytesPart) parse(text string) error {
	if width := p.width(); width > 0 && len(text) != width {
		return fmt.Errorf("has %d bytes instead of %d", len(text), width)
	}
	switch b := []byte(text); p.v.Kind() {
	case reflect.String:
		p.v.SetString(text)
	case reflect.Int32:
		p.v.SetInt(int64(int32(binary.BigEndian.Uint32(b))))
	case reflect.Uint32:
		p.v.SetUint(uint64(binary.BigEndian.Uint32(b)))
	case reflect.Int64:
		p.v.SetInt(int64(binary.BigEndian.Uint64(b)))
	case reflect.Uint64:
		p.v.SetUint(binary.BigEndian.Uint64(b))
	default:
		p.v.SetBytes(b)
	}
	return nil
}

// width returns the fixed width in bytes, 0 if there is none.
func (p bytesPart) width() int {
	switch p.v.Kind() {
	case reflect.Int32, reflect.Uint32:
		return 4
	case reflect.Int64, reflect.Uint64:
		return 8
	default:
		return 0
	}
}
