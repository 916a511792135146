package source

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/bufbuild/protocompile/ast"
)

// duplicate is how protocompile says that a name or a number is taken.
var duplicate = regexp.MustCompile(`already defined .*?at (.+?):(\d+):(\d+)(?:;.*)?$`)

// ofPackage is said of one of a package and a declaration that share a name, when the declaration is what is met last.
const ofPackage = " as a package"

// later makes it the later of the two declarations that is reported. Files are compiled at once, so that protocompile reports whichever it
// meets last. It returns where the error is now, and its message; a name has no length there.
func later(at ast.SourcePos, message string) (ast.SourcePos, string) {
	if !duplicate.MatchString(message) {
		return at, message
	}
	message = strings.Replace(message, ofPackage, "", 1)
	m := duplicate.FindStringSubmatchIndex(message)
	other := ast.SourcePos{Filename: message[m[2]:m[3]]}
	other.Line, _ = strconv.Atoi(message[m[4]:m[5]]) // digits
	other.Col, _ = strconv.Atoi(message[m[6]:m[7]])
	if strings.Compare(at.Filename, other.Filename) >= 0 {
		return at, message
	}
	return other, fmt.Sprintf("%s%s:%d:%d%s", message[:m[2]], at.Filename, at.Line, at.Col, message[m[7]:])
}
