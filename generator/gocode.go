package generator

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dave/jennifer/jen"
)

// The packages that generated code uses.
const (
	module     = "github.com/evgen-dev/evgen/runtime/"
	eventPkg   = module + "event"
	producePkg = module + "produce"
	consumePkg = module + "consume"
	projectPkg = module + "project"
	sqldbPkg   = module + "sqldb"
	viewPkg    = module + "view"
	contextPkg = "context"
	sqlPkg     = "database/sql"
	timePkg    = "time"
)

var runtimePackages = []string{eventPkg, producePkg, consumePkg, projectPkg, sqldbPkg, viewPkg}

// body renders a function's body of one statement on one line.
func body(statement jen.Code) jen.Code {
	return jen.Custom(jen.Options{Open: "{ ", Close: " }"}, statement)
}

// block renders a composite literal's body with one element per line, in the order given.
func block(elements ...jen.Code) jen.Code {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}, elements...)
}

// inline renders a composite literal's body on one line, in the order given.
func inline(elements ...jen.Code) jen.Code {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ","}, elements...)
}

// set renders "name: value".
func set(name string, value jen.Code) jen.Code { return jen.Id(name).Op(":").Add(value) }

// duration renders d in its largest whole unit, e.g., 7 * 24 * time.Hour or 5 * time.Minute.
func duration(d time.Duration) jen.Code {
	const day = 24 * time.Hour
	if d%day == 0 && d > day {
		return jen.Lit(int(d/day)).Op("*").Lit(24).Op("*").Qual(timePkg, "Hour")
	}
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"Hour", time.Hour}, {"Minute", time.Minute}, {"Second", time.Second}, {"Millisecond", time.Millisecond}, {"Microsecond", time.Microsecond}} {
		if d%u.size == 0 && d != 0 {
			return jen.Lit(int(d/u.size)).Op("*").Qual(timePkg, u.name)
		}
	}
	return jen.Lit(int(d))
}

// size renders a number of bytes, e.g., 900 << 10.
func size(n int) jen.Code {
	for shift := 30; shift > 0; shift -= 10 {
		if n != 0 && n%(1<<shift) == 0 {
			return jen.Lit(n >> shift).Op("<<").Lit(shift)
		}
	}
	return jen.Lit(n)
}

// sizeText is size for people, e.g., 900 KiB.
func sizeText(n int) string {
	for _, u := range []struct {
		shift int
		name  string
	}{{30, "GiB"}, {20, "MiB"}, {10, "KiB"}} {
		if n != 0 && n%(1<<u.shift) == 0 {
			return fmt.Sprintf("%d %s", n>>u.shift, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// number renders an unsigned literal in decimal; jennifer writes uint64(0x7).
func number(n uint64) *jen.Statement { return jen.Id(strconv.FormatUint(n, 10)) }
