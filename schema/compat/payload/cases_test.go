package payload_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
)

const cases = "../../../testdata/compat"

// measured is a single change with what random messages showed of it, and with what tools answer.
type measured struct {
	ID       string            `json:"id"`
	Before   map[string]string `json:"before"`
	After    map[string]string `json:"after"`
	Backward string            `json:"new_reader_old_data"` // ok, loss or error
	Forward  string            `json:"old_reader_new_data"`
	// Verdicts are those of tools, backward and forward: X if the change is rejected. Other keys have other values.
	Verdicts map[string]any `json:"verdicts"`
}

func (m measured) outcome(direction int) string { return [...]string{m.Backward, m.Forward}[direction] }

func measuredCases(t *testing.T) []measured {
	t.Helper()
	b, err := os.ReadFile(cases + "/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []measured `json:"cases"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// contracts are rejected although no byte is harmed, for the sake of what the schema declares.
var contracts = map[string]string{
	"enum-value-removed backward":     "a name is gone, and its number is free to be used again",
	"reserved-removed backward":       "the schema declared that the number is not to be used",
	"reserved-number-reused backward": "the schema declared that the number is not to be used",
	"reserved-number-reused forward":  "the schema declared that the number is not to be used",
}

// witnessed were measured as harmless with messages that happened to lack a value that is harmed. The test finds one.
var witnessed = map[string]string{
	"map-to-repeated-entry forward":         "an old reader keeps one of two entries with one key",
	"oneof-dissolved-members-kept backward": "a new reader does not see which member was set to its zero",
}

func TestMeasuredCasesAreJudgedAsMeasured(t *testing.T) {
	t.Parallel()
	all := measuredCases(t)
	if len(all) != 69 {
		t.Errorf("there are %d cases", len(all))
	}
	scores := map[string]*score{"evgen": {}}
	for _, m := range all {
		old, now := compile(t, m.Before), compile(t, m.After)
		for direction, d := range directions {
			rejectedBy := rejections(old, now, d.level)
			name := m.ID + " " + d.name
			switch harmed := m.outcome(direction) != "ok"; {
			case harmed && rejectedBy == nil:
				t.Errorf("%s passes, and was measured: %s", name, m.outcome(direction))
			case !harmed && rejectedBy != nil && contracts[name] == "" && witnessed[name] == "":
				t.Errorf("%s is rejected by %v, and harms nobody", name, rejectedBy)
			case witnessed[name] != "" && harmOf(old, now, direction) == "":
				t.Errorf("%s: no message shows that %s", name, witnessed[name])
			}
			count(scores, m, direction, rejectedBy != nil)
		}
	}
	t.Log(table(scores))
	if evgen := *scores["evgen"]; evgen != (score{harmless: [2]int{4, 2}}) {
		t.Errorf("evgen's score is %+v", evgen)
	}
}

// rejections are the rules that reject a change whichever message is the root.
func rejections(old, now []protoreflect.FileDescriptor, level compat.Level) []string {
	var rules []string
	c := compat.NewComparison(snapshot(old), snapshot(now))
	for _, f := range payload.Judge(c, c.Facts(), payload.AllRoots(c.Old, level)) {
		if f.Severity == schema.Error {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

// harmOf looks for a message of the first type that is harmed.
func harmOf(old, now []protoreflect.FileDescriptor, direction int) string {
	types := [2]protoreflect.MessageDescriptor{order(old), order(now)}
	d := directions[direction]
	for n := range uint64(1000) {
		m := author{rand.New(rand.NewPCG(3, n))}.message(types[d.from], 0)
		if harm := (reader{d.isNew}).read(m, types[1-d.from]); harm != "" {
			return harm
		}
	}
	return ""
}

func order(files []protoreflect.FileDescriptor) protoreflect.MessageDescriptor {
	return files[len(files)-1].Messages().ByName("Order")
}

// score counts wrong verdicts of a tool by direction.
type score struct{ lossy, harmless [2]int }

func count(scores map[string]*score, m measured, direction int, rejected bool) {
	scores["evgen"].add(m, direction, rejected)
	for tool, v := range m.Verdicts {
		verdict, ok := v.([]any)
		if !ok || len(verdict) != 2 {
			continue
		}
		if answer, ok := verdict[direction].(string); ok && len(answer) == 1 {
			if scores[tool] == nil {
				scores[tool] = &score{}
			}
			scores[tool].add(m, direction, answer == "X")
		}
	}
}

func (s *score) add(m measured, direction int, rejected bool) {
	switch harmed := m.outcome(direction) != "ok"; {
	case harmed && !rejected:
		s.lossy[direction]++
	case !harmed && rejected:
		s.harmless[direction]++
	}
}

func table(scores map[string]*score) string {
	var b strings.Builder
	b.WriteString("           backward         forward\ntool       lossy harmless   lossy harmless   (accepted and rejected)\n")
	for _, tool := range []string{"evgen", "conf", "kara", "apic", "WIRE", "WJ", "PACKAGE", "FILE", "CSR"} {
		if s := scores[tool]; s != nil {
			fmt.Fprintf(&b, "%-10s %5d %8d   %5d %8d\n", tool, s.lossy[0], s.harmless[0], s.lossy[1], s.harmless[1])
		}
	}
	return b.String()
}
