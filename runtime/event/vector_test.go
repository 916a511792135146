package event_test

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/evgen-dev/evgen/runtime/event"
)

// vector is what testdata/key-vectors.json freezes of a key. A key whose bytes or partition change is another key to
// every topic that exists: no entry of the file may ever change, entries may be added.
type vector struct {
	Name         string  `json:"name"`
	Text         string  `json:"text,omitempty"`          // for readers of the file; the bytes are what counts
	Key          string  `json:"key"`                     // hexadecimal
	PartitionKey *string `json:"partition_key,omitempty"` // absent: the key chooses the partition
	Murmur2      int32   `json:"murmur2"`
	Partitions   []int32 `json:"partitions"` // of a topic with 1, 2, …, 64 partitions
}

// sample is a key of some type, in the form of some event.
type sample struct {
	name      string
	text      bool
	record    func(*testing.T) *event.Record
	roundTrip func(*testing.T, *event.Record)
}

func sampleOf[K any](name string, key K, form event.Key[K, *emptypb.Empty]) sample {
	e := event.New(event.Spec[K, *emptypb.Empty]{Name: "acme.Thing", Key: form})
	return sample{
		name: name,
		record: func(t *testing.T) *event.Record {
			r, err := e.Encode(&emptypb.Empty{})
			if err != nil {
				t.Fatal(err)
			}
			if alone := e.EncodeKey(key); string(alone) != string(r.Key) {
				t.Errorf("EncodeKey = %x, Encode = %x", alone, r.Key)
			}
			return r
		},
		roundTrip: func(t *testing.T, r *event.Record) {
			got, err := e.DecodeKey(r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(key, got); diff != "" {
				t.Errorf("decoded key (-want +got):\n%s", diff)
			}
		},
	}
}

func text[K event.KeyPart](name string, key K) sample {
	s := sampleOf(name, key, event.TextKey(func(*emptypb.Empty) K { return key }))
	s.text = true
	return s
}

func raw[K event.RawKeyPart](name string, key K) sample {
	return sampleOf(name, key, event.RawKey(func(*emptypb.Empty) K { return key }))
}

// compositeKey has a part of every type.
type compositeKey struct {
	Tenant string
	Number int64
	Small  int32
	Count  uint64
	Port   uint32
	Active bool
	Digest []byte
	Type   descriptorpb.FieldDescriptorProto_Type
}

func allParts(k *compositeKey) []event.Part {
	return []event.Part{
		event.PartOf(&k.Tenant), event.PartOf(&k.Number), event.PartOf(&k.Small), event.PartOf(&k.Count),
		event.PartOf(&k.Port), event.PartOf(&k.Active), event.PartOf(&k.Digest), event.PartOf(&k.Type),
	}
}

func composite(name string, key compositeKey) sample {
	s := sampleOf(name, key, event.CompositeKey(func(*emptypb.Empty) compositeKey { return key }, allParts))
	s.text = true
	return s
}

// pairKey is the common composite.
type pairKey struct{ Tenant, Name string }

func pairParts(k *pairKey) []event.Part {
	return []event.Part{event.PartOf(&k.Tenant), event.PartOf(&k.Name)}
}

func pair(name, tenant, thing string) sample {
	key := pairKey{tenant, thing}
	s := sampleOf(name, key, event.CompositeKey(func(*emptypb.Empty) pairKey { return key }, pairParts))
	s.text = true
	return s
}

func partitioned(name, tenant, thing string) sample {
	key := pairKey{tenant, thing}
	form := event.CompositeKey(func(*emptypb.Empty) pairKey { return key }, pairParts)
	s := sampleOf(name, key, form.PartitionBy(func(k *pairKey) []event.Part { return []event.Part{event.PartOf(&k.Tenant)} }))
	s.text = true
	return s
}

type tenantID string

var samples = []sample{
	text("string", "site-17"),
	text("string with a space", "site 17"),
	text("string of another type", tenantID("acme")),
	text("string with slash and percent, which only composites escape", "a/b%2F"),
	text("string, one character of two bytes", "é"),
	text("string, the same character as two", "e\u0301"),
	text("string beyond the basic plane", "東京 🚀"),
	text("string with a zero byte", "a\x00b"),
	text("int32 zero", int32(0)),
	text("int32 negative", int32(-17)),
	text("int32 smallest", int32(math.MinInt32)),
	text("int64 smallest", int64(math.MinInt64)),
	text("int64 largest", int64(math.MaxInt64)),
	text("uint32 largest", uint32(math.MaxUint32)),
	text("uint64 largest", uint64(math.MaxUint64)),
	text("bool true", true),
	text("bool false", false),
	text("bytes, one", []byte{0xff}),
	text("bytes, two", []byte{0xff, 0xfe}),
	text("bytes, three", []byte{0xff, 0xfe, 0xfd}),
	text("bytes of a uuid", []byte{0x01, 0x89, 0xf7, 0x3e, 0x5b, 0x6a, 0x7c, 0x8d, 0x9e, 0x0f, 0x10, 0x21, 0x32, 0x43, 0x54, 0x65}),
	text("enum", descriptorpb.FieldDescriptorProto_TYPE_MESSAGE),
	raw("raw string", "site-17"),
	raw("raw int32", int32(17)),
	raw("raw int32 negative", int32(-2)),
	raw("raw uint32 largest", uint32(math.MaxUint32)),
	raw("raw int64 negative", int64(-2)),
	raw("raw int64 zero", int64(0)),
	raw("raw uint64", uint64(0x0102030405060708)),
	raw("raw bytes", []byte{0, 1, 0xff}),
	composite("composite of all types", compositeKey{"acme", -7, 8, 9, 10, true, []byte{0xfb, 0xff}, descriptorpb.FieldDescriptorProto_TYPE_BOOL}),
	composite("composite of zero values", compositeKey{Digest: []byte{}}),
	pair("pair", "acme", "site-17"),
	pair("pair with slashes", "a/b", "/c/"),
	pair("pair with percents", "50%", "%2F"),
	pair("pair with first part empty", "", "site-17"),
	pair("pair with last part empty", "acme", ""),
	pair("pair beyond ASCII", "Zürich", "東京"),
	partitioned("pair with its partition by the first part", "acme", "site-17"),
	partitioned("pair with its partition by an escaped part", "a/b", "site-17"),
	partitioned("pair with its partition by an empty part", "", "site-17"),
}

func TestKeysKeepTheirBytesAndPartitions(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/key-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []vector
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	var got []vector
	for _, s := range samples {
		got = append(got, vectorOf(s, s.record(t)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("vectors (-frozen +now):\n%s", diff)
	}
}

func vectorOf(s sample, r *event.Record) vector {
	v := vector{Name: s.name, Key: hex.EncodeToString(r.Key)}
	if s.text {
		v.Text = string(r.Key)
	}
	chooses := r.Key
	if r.PartitionKey != nil {
		chooses = r.PartitionKey
		v.PartitionKey = new(hex.EncodeToString(chooses))
	}
	v.Murmur2 = murmur2(chooses)
	for n := int32(1); n <= 64; n++ {
		v.Partitions = append(v.Partitions, (v.Murmur2&math.MaxInt32)%n)
	}
	return v
}

func TestKeysSurviveTheRecord(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.roundTrip(t, s.record(t))
		})
	}
}

func TestKeysOfDifferentValuesDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, s := range []sample{
		pair("a/b and c", "a/b", "c"), pair("a and b/c", "a", "b/c"), pair("a%2Fb and c", "a%2Fb", "c"),
		pair("empty and x", "", "x"), pair("x and empty", "x", ""), pair("slash and empty", "/", ""), pair("percent and empty", "%", ""),
	} {
		key := string(s.record(t).Key)
		if other, double := seen[key]; double {
			t.Errorf("%s and %s are both %q", s.name, other, key)
		}
		seen[key] = s.name
	}
}

// murmur2 is the hash with which Kafka's Java client chooses the partition of a key, written from the algorithm's description.
func murmur2(data []byte) int32 {
	const m, seed = 0x5bd1e995, 0x9747b28c
	h := uint32(seed) ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := binary.LittleEndian.Uint32(data) * m
		h = h*m ^ (k^k>>24)*m
	}
	for i := len(data) - 1; i >= 0; i-- {
		h ^= uint32(data[i]) << (8 * i)
	}
	if len(data) > 0 {
		h *= m
	}
	h = (h ^ h>>13) * m
	return int32(h ^ h>>15)
}

// The expected values are those of the Java client's own test.
func TestMurmur2IsThatOfTheJavaClient(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if got := murmur2([]byte(data)); got != want {
			t.Errorf("murmur2(%q) = %d, want %d", data, got, want)
		}
	}
}

func TestGoClientChoosesTheSamePartitions(t *testing.T) {
	t.Parallel()
	partitioner := kgo.StickyKeyPartitioner(nil).ForTopic("things")
	for _, s := range samples {
		r := s.record(t)
		if r.PartitionKey != nil {
			r.Key = r.PartitionKey
		}
		for i, want := range vectorOf(s, r).Partitions {
			if got := partitioner.Partition(&kgo.Record{Key: r.Key}, i+1); got != int(want) {
				t.Fatalf("%s: partition %d of %d, want %d", s.name, got, i+1, want)
			}
		}
	}
}
