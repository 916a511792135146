package schema

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// docOf returns the leading comment of a declaration as prose: without comment signs, and without evgen:ignore lines.
func docOf(d protoreflect.Descriptor) string {
	return prose(d.ParentFile().SourceLocations().ByDescriptor(d).LeadingComments)
}

// packageDoc returns the comment of a file's package statement.
func packageDoc(fd protoreflect.FileDescriptor) string {
	return prose(fd.SourceLocations().ByPath(protoreflect.SourcePath{2}).LeadingComments)
}

func prose(comment string) string {
	var lines []string
	for line := range strings.SplitSeq(comment, "\n") {
		line = strings.TrimRight(strings.TrimPrefix(line, " "), " \t\r")
		if !strings.HasPrefix(line, ignoreSign) {
			lines = append(lines, line)
		}
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
