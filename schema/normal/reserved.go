package normal

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// numbers is a range; both ends belong to it.
type numbers struct{ first, last, max int64 }

// String returns the range as it is written, e.g., 5, or 7 to max.
func (n numbers) String() string {
	switch {
	case n.first == n.last:
		return fmt.Sprint(n.first)
	case n.last == n.max:
		return fmt.Sprintf("%d to max", n.first)
	}
	return fmt.Sprintf("%d to %d", n.first, n.last)
}

// fieldNumbers returns a range of field numbers, whose end a descriptor excludes. A message set may have larger numbers than others, and
// what "max" means there differs between compilers, so that its ranges end with a number.
func fieldNumbers(r [2]protoreflect.FieldNumber) numbers {
	return numbers{int64(r[0]), int64(r[1]) - 1, int64(protowire.MaxValidNumber)}
}

func enumNumbers(r [2]protoreflect.EnumNumber) numbers {
	return numbers{int64(r[0]), int64(r[1]), math.MaxInt32}
}

// mapped returns f of each element.
func mapped[T, R any](ts []T, f func(T) R) []R {
	rs := make([]R, len(ts))
	for i, t := range ts {
		rs[i] = f(t)
	}
	return rs
}

func (p *printer) printReserved(ranges []numbers, names protoreflect.Names) {
	for _, r := range arrange(p, ranges, func(a, b numbers) int { return cmp.Compare(a.first, b.first) }) {
		p.line("reserved %s;", r)
	}
	for _, name := range arrange(p, all(names), func(a, b protoreflect.Name) int { return strings.Compare(string(a), string(b)) }) {
		if p.file.Syntax() == protoreflect.Editions {
			p.line("reserved %s;", name)
			continue
		}
		p.line("reserved %s;", quote(string(name)))
	}
}

// extensionRange is a range with its options.
type extensionRange struct {
	numbers
	options *descriptorpb.ExtensionRangeOptions
}

func (p *printer) printExtensionRanges(md protoreflect.MessageDescriptor) {
	var ranges []extensionRange
	for i, r := range all(md.ExtensionRanges()) {
		options, _ := md.ExtensionRangeOptions(i).(*descriptorpb.ExtensionRangeOptions)
		ranges = append(ranges, extensionRange{fieldNumbers(r), options})
	}
	for _, r := range arrange(p, ranges, func(a, b extensionRange) int { return cmp.Compare(a.first, b.first) }) {
		p.line("extensions %s%s;", r.numbers, compact(p.options(r.options)))
	}
}
