package generator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Options say what to generate. They travel in the parameter of a request, beside protogen's own (paths, module, M…), so that the command and the
// plugin are told in the same words.
type Options struct {
	Messages bool     // messages=false: somebody else makes the .pb.go files
	Suffix   string   // suffix=ev: of the generated packages
	Dialects []string // dialects=postgres+sqlite: of the SQL

	module string // protogen's module: what is cut off the names of files
}

// Dialects are the SQL dialects that can be generated.
var Dialects = []string{"postgres", "sqlite"}

// DefaultOptions are what an empty parameter means.
func DefaultOptions() Options {
	return Options{Messages: true, Suffix: "ev", Dialects: Dialects}
}

// Parameter returns the options as the parameter of a request.
func (o Options) Parameter() string {
	return fmt.Sprintf("messages=%t,suffix=%s,dialects=%s", o.Messages, o.Suffix, strings.Join(o.Dialects, "+"))
}

// set takes one parameter that protogen does not know.
func (o *Options) set(name, value string) (err error) {
	switch name {
	case "messages":
		o.Messages, err = strconv.ParseBool(value)
	case "suffix":
		o.Suffix = value
		if value == "" || strings.Trim(value, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			err = fmt.Errorf("is no end of a Go package name")
		}
	case "dialects":
		o.Dialects, err = parseDialects(value)
	default:
		return fmt.Errorf("unknown parameter %q: known are messages, suffix, dialects, and protogen's paths, module, M<file>=<import path>, annotate_code, default_api_level, apilevelM<file>", name)
	}
	if err != nil {
		return fmt.Errorf("parameter %s=%s: %w", name, value, err)
	}
	return nil
}

// parseDialects returns the dialects of postgres+sqlite in the order of [Dialects].
func parseDialects(value string) ([]string, error) {
	named := strings.Split(value, "+")
	for i, d := range named {
		switch {
		case !slices.Contains(Dialects, d):
			return nil, fmt.Errorf("unknown dialect %q: known are %s", d, strings.Join(Dialects, ", "))
		case slices.Contains(named[:i], d):
			return nil, fmt.Errorf("%s is named twice", d)
		}
	}
	return slices.DeleteFunc(slices.Clone(Dialects), func(d string) bool { return !slices.Contains(named, d) }), nil
}

// moduleOf returns protogen's own parameter, which it applies to the files of its making only.
func moduleOf(parameter string) string {
	for p := range strings.SplitSeq(parameter, ",") {
		if module, ok := strings.CutPrefix(p, "module="); ok {
			return module
		}
	}
	return ""
}
