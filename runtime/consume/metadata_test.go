package consume

import (
	"encoding/base64"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
)

var someTopic = event.TopicID{1, 2, 3}

func TestMetadataSurvivesItsCommit(t *testing.T) {
	t.Parallel()
	tests := map[string]spans{
		"one record": {{101, 102}},
		"several":    {{101, 103}, {110, 400}, {401, 402}},
		"far":        {{math.MaxInt64 - 5, math.MaxInt64 - 1}},
	}
	for name, done := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := encodeMetadata(100, someTopic, done)
			if !strings.HasPrefix(text, "eg1:") {
				t.Errorf("metadata %q lacks the name of its format", text)
			}
			if diff := cmp.Diff(done, decodeMetadata(text, 100, someTopic), cmp.AllowUnexported(span{})); diff != "" {
				t.Errorf("done (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMetadataThatIsTooLongIsLeftOut(t *testing.T) {
	t.Parallel()
	var done spans
	for i := range int64(2000) {
		done = append(done, span{i*2 + 1, i*2 + 2})
	}
	if text := encodeMetadata(0, someTopic, done); text != "" {
		t.Errorf("%d bytes of metadata, want none", len(text))
	}
	if text := encodeMetadata(0, someTopic, done[:1000]); text == "" || len(text) > maxMetadata {
		t.Errorf("%d bytes of metadata for 1000 spans", len(text))
	}
}

func TestMetadataOfAnotherCommitSkipsNothing(t *testing.T) {
	t.Parallel()
	good := encodeMetadata(100, someTopic, spans{{101, 200}})
	runs := func(b ...byte) string {
		return metadataPrefix + base64.RawStdEncoding.EncodeToString(append(append([]byte{100}, someTopic[:]...), b...))
	}
	tests := map[string]struct {
		text      string
		committed int64
		id        event.TopicID
	}{
		"nothing":                 {"", 100, someTopic},
		"offset moved back":       {good, 99, someTopic},
		"offset moved forward":    {good, 150, someTopic},
		"negative offset":         {good, -1, someTopic},
		"topic recreated":         {good, 100, event.TopicID{9}},
		"topic id unknown":        {good, 100, event.TopicID{}},
		"member id of the client": {"kgo-1-2-3", 100, someTopic},
		"later format":            {"eg2:" + good[4:], 100, someTopic},
		"no base64":               {good + "!", 100, someTopic},
		"cut":                     {good[:len(good)-3], 100, someTopic},
		"longer":                  {good + "AA", 100, someTopic},
		"odd number of runs":      {runs(5), 100, someTopic},
		"empty gap":               {runs(0, 5), 100, someTopic},
		"empty run":               {runs(5, 0), 100, someTopic},
		"run over the last offset": {
			runs(5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), 100, someTopic,
		},
		"number of eleven bytes": {
			runs(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), 100, someTopic,
		},
		"too long": {good + strings.Repeat("A", 4000), 100, someTopic},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if done := decodeMetadata(tt.text, tt.committed, tt.id); done != nil {
				t.Errorf("skips %v, want nothing", done)
			}
		})
	}
}

func FuzzDecodeMetadata(f *testing.F) {
	f.Add("", int64(0))
	f.Add("kgo-member-id", int64(7))
	f.Add(encodeMetadata(100, someTopic, spans{{101, 200}, {300, 301}}), int64(100))
	f.Add(encodeMetadata(0, someTopic, spans{{math.MaxInt64 - 1, math.MaxInt64}}), int64(0))
	f.Fuzz(func(t *testing.T, text string, committed int64) {
		end := committed
		done := decodeMetadata(text, committed, someTopic)
		for _, s := range done {
			if s.from <= end || s.to <= s.from {
				t.Fatalf("spans %v above %d are not ascending", done, committed)
			}
			end = s.to
		}
		if again := encodeMetadata(committed, someTopic, done); len(done) > 0 && again != "" {
			if diff := cmp.Diff(done, decodeMetadata(again, committed, someTopic), cmp.AllowUnexported(span{})); diff != "" {
				t.Errorf("encoded again (-want +got):\n%s", diff)
			}
		}
	})
}
