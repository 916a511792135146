package payload_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
)

var (
	changes = flag.Int("changes", 4000, "how many random changes the oracle tries")
	seed    = flag.Uint64("seed", 1, "what random changes follow from")
)

const (
	changesPerSchema = 8
	messagesPerSide  = 10
)

// The oracle knows nothing of rules: it encodes random messages with one side and decodes them with the other. What it finds harmed must be rejected.
func TestWhatPassesIsNeverHarmed(t *testing.T) {
	t.Parallel()
	o := &oracle{strict: map[string]int{}}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for !o.failed.Load() {
				schema := next.Add(1)
				if int(schema-1)*changesPerSchema >= *changes {
					return
				}
				o.schema(t, uint64(schema))
			}
		})
	}
	workers.Wait()
	t.Log(o.summary())
}

// oracle counts what happens.
type oracle struct {
	failed                                      atomic.Bool
	mu                                          sync.Mutex
	pairs, harmed, rejected, harmless, messages int
	strict                                      map[string]int // by rule: rejected alone by it, and no message was harmed
	example                                     string         // one of them that is not on purpose
}

// onPurpose has the rules that reject what harms no message of this version, or none that this program can see.
var onPurpose = map[string]string{
	payload.ReservationRemoved:    "a later version may use the number, which records on the log have",
	payload.RemovedWithoutReserve: "a later version may use the number, which records on the log have",
	payload.NumberReusedOnLog:     "records that are older than the baseline have the number",
	payload.CardinalityChanged:    "a message that is absent is read as an empty one where it is the value of a map",
	payload.FieldTypeChanged:      "bytes that are read as a string without a check are not text, which Go alone does not mind",
}

func (o *oracle) summary() string {
	text := fmt.Sprintf("%d changes from seed %d, %d messages: harmed in %d directions, rejected in %d, of which %d showed no harm", o.pairs, *seed, o.messages, o.harmed, o.rejected, o.harmless)
	for _, rule := range slices.Sorted(maps.Keys(o.strict)) {
		text += fmt.Sprintf("\n%8d by %s alone", o.strict[rule], rule)
		if reason := onPurpose[rule]; reason != "" {
			text += ": " + reason
		}
	}
	return text + "\n" + o.example
}

// schema tries several changes of one random schema.
func (o *oracle) schema(t *testing.T, n uint64) {
	r := rand.New(rand.NewPCG(*seed, n))
	var file *fileProto
	var old protoreflect.FileDescriptor
	for old == nil {
		file = newSchema(r)
		old = link(file)
	}
	messages := write(r, old)
	for range changesPerSchema {
		if c := newTrial(r, file, old); c != nil {
			c.messages = [2][]*dynamicpb.Message{messages, write(r, c.descriptors[1])}
			o.count(t, c, fmt.Sprintf("-seed %d, schema %d", *seed, n))
		}
	}
}

func link(file *fileProto) protoreflect.FileDescriptor {
	fd, err := protodesc.NewFile(file, nil)
	if err != nil {
		return nil
	}
	return fd
}

// trial is a change of a schema with messages of both sides.
type trial struct {
	files       [2]*fileProto
	descriptors [2]protoreflect.FileDescriptor
	mutations   []string
	messages    [2][]*dynamicpb.Message
}

// newTrial changes a schema at one to three places. It returns nil where nothing valid comes of it.
func newTrial(r *rand.Rand, file *fileProto, old protoreflect.FileDescriptor) *trial {
	for range 20 {
		s := &scribe{r, proto.Clone(file).(*fileProto)}
		c := &trial{files: [2]*fileProto{file, s.file}}
		for range 1 + max(0, s.IntN(5)-2) {
			m := mutations[s.IntN(len(mutations))]
			m.apply(s)
			c.mutations = append(c.mutations, m.name)
		}
		if now := link(s.file); now != nil && !proto.Equal(file, s.file) {
			c.descriptors = [2]protoreflect.FileDescriptor{old, now}
			return c
		}
	}
	return nil
}

func write(r *rand.Rand, fd protoreflect.FileDescriptor) []*dynamicpb.Message {
	var messages []*dynamicpb.Message
	for range messagesPerSide {
		messages = append(messages, author{r}.message(fd.Messages().Get(0), 0))
	}
	return messages
}

// verdict is what the profile and the bytes say of one direction.
type verdict struct {
	rejectedBy []string // rules
	harm       string   // to a message; empty: to none
}

var directions = []struct {
	name  string
	level compat.Level
	isNew bool
	from  int // the side that writes
}{
	{"backward", compat.LevelBackward, true, 0},
	{"forward", compat.LevelForward, false, 1},
}

func (c *trial) verdicts() [2]verdict {
	old, now := snapshot(c.descriptors[:1]), snapshot(c.descriptors[1:])
	comparison := compat.NewComparison(old, now)
	facts := comparison.Facts()
	var verdicts [2]verdict
	for i, d := range directions {
		for _, f := range payload.Judge(comparison, facts, []payload.Root{{Message: "r.M0", Level: d.level, Event: true}}) {
			if f.Severity == schema.Error {
				verdicts[i].rejectedBy = append(verdicts[i].rejectedBy, f.Rule)
			}
		}
		to := c.descriptors[1-d.from].Messages().Get(0)
		for _, m := range c.messages[d.from] {
			if verdicts[i].harm = (reader{d.isNew}).read(m, to); verdicts[i].harm != "" {
				break
			}
		}
	}
	return verdicts
}

func (o *oracle) count(t *testing.T, c *trial, name string) {
	verdicts := c.verdicts()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pairs++
	for i, v := range verdicts {
		o.messages += len(c.messages[directions[i].from])
		if v.harm == "" && v.rejectedBy != nil {
			v.harm = c.again(i)
		}
		o.verdict(c, i, v)
		if v.harm != "" && v.rejectedBy == nil && !o.failed.Swap(true) {
			t.Errorf("%s passes %s, and harms: %s\n%s", name, directions[i].name, v.harm, c.shrunk(i))
		}
	}
}

// again looks for harm in more messages: what is rejected may harm few.
func (c *trial) again(direction int) string {
	d := directions[direction]
	for n := range uint64(20) {
		for _, m := range write(rand.New(rand.NewPCG(2, n)), c.descriptors[d.from]) {
			if harm := (reader{d.isNew}).read(m, c.descriptors[1-d.from].Messages().Get(0)); harm != "" {
				return harm
			}
		}
	}
	return ""
}

func (o *oracle) verdict(c *trial, i int, v verdict) {
	if v.harm != "" {
		o.harmed++
	}
	if v.rejectedBy == nil {
		return
	}
	o.rejected++
	if v.harm == "" {
		o.harmless++
		if rules := slices.Compact(slices.Sorted(slices.Values(v.rejectedBy))); len(rules) == 1 {
			o.strict[rules[0]]++
			if onPurpose[rules[0]] == "" && o.example == "" {
				o.example = fmt.Sprintf("%s, %s: %s", rules[0], directions[i].name, c.shrunk(i))
			}
		}
	}
}

// shrunk returns the change as text, without the fields that do not matter to direction i.
func (c *trial) shrunk(i int) string {
	for again := true; again; {
		again = false
		for m := range c.files[0].MessageType {
			for _, f := range c.files[0].MessageType[m].Field {
				if smaller := c.without(m, f.GetNumber(), i); smaller != nil {
					c, again = smaller, true
					break
				}
			}
		}
	}
	return strings.Join(c.mutations, ", ") + "\n" + protoText(c.files[0]) + "\n" + protoText(c.files[1])
}

// without returns the change without a field on both sides, or nil if the profile or the bytes then say something else.
func (c *trial) without(message int, number int32, direction int) *trial {
	smaller := &trial{mutations: c.mutations}
	for side, file := range c.files {
		s := &scribe{nil, proto.Clone(file).(*fileProto)}
		if message >= len(s.file.MessageType) {
			return nil
		}
		m := s.file.MessageType[message]
		if f := fieldNumbered(m, number); f != nil {
			s.unmap(m, f)
			s.leaveOneof(m, f)
			m.Field = slices.DeleteFunc(m.Field, func(g *fieldProto) bool { return g == f })
		}
		smaller.files[side], smaller.descriptors[side] = s.file, link(s.file)
		if smaller.descriptors[side] == nil {
			return nil
		}
		for n := range uint64(20) {
			smaller.messages[side] = append(smaller.messages[side], write(rand.New(rand.NewPCG(1, n)), smaller.descriptors[side])...)
		}
	}
	if v := smaller.verdicts()[direction]; (v.harm == "") != (v.rejectedBy != nil) {
		return nil
	}
	return smaller
}
