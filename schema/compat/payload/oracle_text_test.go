package payload_test

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/prototext"
)

// protoText prints a schema nearly as one would write it, one line per field.
func protoText(file *fileProto) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", file.GetSyntax())
	for _, e := range file.EnumType {
		fmt.Fprintf(&b, "enum %s { %s }", e.GetName(), prototext.MarshalOptions{}.Format(e.Options))
		for _, v := range e.Value {
			fmt.Fprintf(&b, " %s = %d;", v.GetName(), v.GetNumber())
		}
		b.WriteString("\n")
	}
	for _, m := range file.MessageType {
		messageText(&b, "", m)
	}
	return b.String()
}

func messageText(b *strings.Builder, indent string, m *messageProto) {
	fmt.Fprintf(b, "%smessage %s {\n", indent, m.GetName())
	for _, f := range m.Field {
		oneof := ""
		if f.OneofIndex != nil {
			oneof = " of " + m.OneofDecl[f.GetOneofIndex()].GetName()
		}
		label, kind := strings.TrimPrefix(f.GetLabel().String(), "LABEL_"), strings.TrimPrefix(f.GetType().String(), "TYPE_")
		fmt.Fprintf(b, "%s  %s %s%s %s = %d%s [%s]", indent, label, kind, f.GetTypeName(), f.GetName(), f.GetNumber(), oneof, prototext.MarshalOptions{}.Format(f.Options))
		if f.DefaultValue != nil {
			fmt.Fprintf(b, " default %q", f.GetDefaultValue())
		}
		b.WriteString("\n")
	}
	for _, nested := range m.NestedType {
		messageText(b, indent+"  ", nested)
	}
	fmt.Fprintf(b, "%s  reserved %v %v\n%s}\n", indent, m.ReservedRange, m.ReservedName, indent)
}
