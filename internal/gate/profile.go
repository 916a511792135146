package gate

import (
	"strings"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/buf"
	"github.com/evgen-dev/evgen/schema/compat/confluent"
)

// foreign are the profiles that judge as another tool does, by name.
var foreign = []struct {
	name  string
	judge func(old, now *State, m buf.Module) []compat.Finding
}{
	{"buf", asBuf(0)}, // the rules that buf.yaml uses
	{"buf:FILE", asBuf(buf.File)},
	{"buf:PACKAGE", asBuf(buf.Package)},
	{"buf:WIRE_JSON", asBuf(buf.WireJSON)},
	{"buf:WIRE", asBuf(buf.Wire)},
	{"confluent", asConfluent(confluent.Latest)},
	{"confluent-8.3", asConfluent(confluent.Version83)},
}

// Profiles returns the names of all profiles, evgen's own first.
func Profiles() []string {
	names := []string{Evgen}
	for _, p := range foreign {
		names = append(names, p.name)
	}
	return names
}

// IsBuf says whether a profile judges each module of buf for itself.
func IsBuf(profile string) bool { return profile == "buf" || strings.HasPrefix(profile, "buf:") }

// JudgeAs returns what a profile other than evgen's says. Those of buf leave out what the configuration of a module ignores; the others do
// not look at it.
func JudgeAs(profile string, old, now *State, m buf.Module) []compat.Finding {
	for _, p := range foreign {
		if p.name == profile {
			return named(p.judge(old, now, m), old)
		}
	}
	return nil
}

func asBuf(c buf.Category) func(old, now *State, m buf.Module) []compat.Finding {
	return func(old, now *State, m buf.Module) []compat.Finding {
		facts := compat.Compare(old.Snapshot, now.Snapshot)
		return buf.Profile{Category: c, Module: m}.Judge(old.Snapshot, now.Snapshot, facts)
	}
}
