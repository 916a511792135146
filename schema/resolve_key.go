package schema

import (
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

func (d *draft) resolveKey() {
	d.Encoding = TextKey
	if d.options.GetKeyEncoding() == evgenpb.EventOptions_RAW {
		d.Encoding = RawKey
	}
	if len(d.options.GetKey()) > 0 {
		d.keyFromPaths()
	} else {
		d.keyFromMarks()
	}
	d.add("key_encoding", d.Encoding.String(), d.origin("key_encoding", builtIn))
	d.checkEncoding()
}

// String returns the encoding as annotations spell it.
func (e KeyEncoding) String() string { return [...]string{TextKey: "TEXT", RawKey: "RAW"}[e] }

func (d *draft) keyFromPaths() {
	for i, text := range d.options.GetKey() {
		pos := d.pos("key[" + strconv.Itoa(i) + "]")
		if slices.Contains(d.options.GetKey()[:i], text) {
			d.errorf(pos, keyTwice, "key %q is listed twice", text).help("keep it once")
			continue
		}
		path, problem := fieldPath(d.Desc, text)
		if problem != nil {
			d.errorf(pos, keyPath, "key %q %s", text, problem.text).help("%s", problem.help)
			continue
		}
		d.addKey(path, pos)
	}
	for _, fd := range d.marks.key {
		d.errorf(d.fieldPos(fd, "key"), keyTwice, "field %q is marked as key, and the event has a list of key paths", fd.Name()).
			help("keep one of them").
			related(d.pos("key"), "the list is here")
	}
	d.add("key", formatPaths(d.Key), d.pos("key").String())
}

func (d *draft) keyFromMarks() {
	origin := "none"
	for _, fd := range d.marks.key {
		d.addKey(Path{fd}, d.fieldPos(fd, "key"))
		origin = d.fieldPos(d.marks.key[0], "key").String()
	}
	d.add("key", formatPaths(d.Key), origin)
}

func (d *draft) addKey(path Path, pos Position) {
	fd := path.Leaf()
	switch {
	case !isKeyType(fd):
		d.errorf(pos, keyType, "key %q is of type %s, whose bytes identify nothing", path, typeName(fd)).
			help("use a singular string, bytes, integer, bool or enum field")
	case slices.ContainsFunc(path, isSecret):
		d.errorf(pos, keySecret, "key %q is secret, and keys are shown by every tool", path).help("use another field as key")
	}
	d.Key = append(d.Key, path)
}

func isKeyType(fd protoreflect.FieldDescriptor) bool {
	return isScalar(fd) && fd.Kind() != protoreflect.FloatKind && fd.Kind() != protoreflect.DoubleKind
}

func (d *draft) checkEncoding() {
	if d.Encoding != RawKey {
		return
	}
	switch {
	case len(d.Key) > 1:
		d.errorf(d.pos("key_encoding"), keyRaw, "RAW is for one field, and the key has %d", len(d.Key)).help("use TEXT")
	case len(d.Key) == 0:
		d.errorf(d.pos("key_encoding"), keyRaw, "RAW encodes a key, and it has none").help("mark a field: [(evgen.v1.field).key = true]")
	case !isRawType(d.Key[0].Leaf()):
		d.errorf(d.pos("key_encoding"), keyRaw, "RAW is for strings, bytes and integers, and key %q is of type %s", d.Key[0], typeName(d.Key[0].Leaf())).
			help("use TEXT")
	}
}

func isRawType(fd protoreflect.FieldDescriptor) bool {
	return isInteger(fd) || fd.Kind() == protoreflect.StringKind || fd.Kind() == protoreflect.BytesKind
}

func (d *draft) resolvePartition() {
	for i, text := range d.options.GetPartitionBy() {
		pos := d.pos("partition_by[" + strconv.Itoa(i) + "]")
		at := slices.IndexFunc(d.Key, func(p Path) bool { return p.String() == text })
		switch {
		case slices.Contains(d.options.GetPartitionBy()[:i], text):
			d.errorf(pos, partitionBy, "partition_by lists %q twice", text).help("keep it once")
		case at < 0:
			d.errorf(pos, partitionBy, "partition_by %q is not a part of the key", text).didYouMean(text, pathTexts(d.Key))
		default:
			d.Partition = append(d.Partition, d.Key[at])
		}
	}
	if len(d.options.GetPartitionBy()) == 0 {
		d.add("partition_by", formatPaths(d.Key), originOf(d.Key, "default: the whole key"))
		return
	}
	d.add("partition_by", formatPaths(d.Partition), d.pos("partition_by").String())
}

func pathTexts(paths []Path) []string {
	texts := make([]string, len(paths))
	for i, p := range paths {
		texts[i] = p.String()
	}
	return texts
}
