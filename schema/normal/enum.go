package normal

import (
	"cmp"

	"google.golang.org/protobuf/reflect/protoreflect"
)

func (p *printer) printEnum(ed protoreflect.EnumDescriptor) {
	p.open("enum %s", ed.Name())
	p.printOptions(ed.Options())
	p.printReserved(mapped(all(ed.ReservedRanges()), enumNumbers), ed.ReservedNames())
	values := all(ed.Values())
	// The first value is the default of fields without one, and of values with one number the first gives it its name: neither moves.
	arrange(p, values[1:], func(a, b protoreflect.EnumValueDescriptor) int { return cmp.Compare(a.Number(), b.Number()) })
	for _, vd := range values {
		p.line("%s = %d%s;", vd.Name(), vd.Number(), compact(p.options(vd.Options())))
	}
	p.close()
}
