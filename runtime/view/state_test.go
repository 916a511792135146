package view_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
)

func TestNewestRevisionWinsInAnyOrder(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		records []*event.Record
		want    map[string]string
	}{
		"ascending":                     {[]*event.Record{put(t, "pro", 1, "1"), put(t, "pro", 2, "2")}, map[string]string{"pro": "2"}},
		"descending":                    {[]*event.Record{put(t, "pro", 2, "2"), put(t, "pro", 1, "1")}, map[string]string{"pro": "2"}},
		"the first of equals":           {[]*event.Record{put(t, "pro", 2, "2"), put(t, "pro", 2, "other")}, map[string]string{"pro": "2"}},
		"deletion":                      {[]*event.Record{put(t, "pro", 1, "1"), del(t, "pro", 2)}, map[string]string{}},
		"older state after a deletion":  {[]*event.Record{put(t, "pro", 1, "1"), del(t, "pro", 3), put(t, "pro", 2, "2")}, map[string]string{}},
		"older state of an unknown key": {[]*event.Record{del(t, "pro", 3), put(t, "pro", 2, "2")}, map[string]string{}},
		"older deletion after a state":  {[]*event.Record{put(t, "pro", 3, "3"), del(t, "pro", 2)}, map[string]string{"pro": "3"}},
		"made again":                    {[]*event.Record{put(t, "pro", 1, "1"), del(t, "pro", 2), put(t, "pro", 3, "3")}, map[string]string{"pro": "3"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				loaded, followed := newTopic(1), newTopic(1)
				loaded.add(0, clones(tt.records)...)
				before, after := open(t, loaded, plans), open(t, followed, plans)
				followed.add(0, clones(tt.records)...)
				synctest.Wait()
				if diff := cmp.Diff(tt.want, states(before)); diff != "" {
					t.Errorf("loaded (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.want, states(after)); diff != "" {
					t.Errorf("followed (-want +got):\n%s", diff)
				}
				if before.Len() != len(tt.want) || after.Len() != len(tt.want) {
					t.Errorf("Len = %d and %d, want %d", before.Len(), after.Len(), len(tt.want))
				}
			})
		})
	}
}

func clones(records []*event.Record) []*event.Record {
	var own []*event.Record
	for _, r := range records {
		c := *r
		own = append(own, &c)
	}
	return own
}

func TestNewestRevisionWinsOverPartitions(t *testing.T) {
	t.Parallel()
	source := newTopic(2) // the topic grew, and the key moved
	source.add(0, put(t, "pro", 2, "2"), put(t, "pro", 3, "3"))
	source.add(1, put(t, "pro", 1, "1"))
	if diff := cmp.Diff(map[string]string{"pro": "3"}, states(open(t, source, plans))); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestEqualTimesGoByOffset(t *testing.T) {
	t.Parallel()
	source := newTopic(1)
	source.add(0, put(t, "pro", 5, "first"), put(t, "pro", 5, "second"), put(t, "pro", 4, "older"))
	if diff := cmp.Diff(map[string]string{"pro": "second"}, states(open(t, source, timed))); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestWithoutRevisionsTheLastRecordCounts(t *testing.T) {
	t.Parallel()
	source := newTopic(1)
	source.add(0, put(t, "pro", 5, "first"), put(t, "pro", 3, "second"), put(t, "free", 1, "x"), del(t, "free", 1))
	if diff := cmp.Diff(map[string]string{"pro": "second"}, states(open(t, source, unrevised))); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestForeignRecordsWithoutHeadersCount(t *testing.T) {
	t.Parallel()
	bare := func(r *event.Record) *event.Record {
		r.Headers = nil
		return r
	}
	source := newTopic(1)
	source.add(0,
		bare(put(t, "pro", 2, "2")), put(t, "pro", 1, "1"), // the revision is in the message
		put(t, "free", 7, "7"), bare(del(t, "free", 1)), put(t, "free", 6, "6"), // deleted by hand, then a late record
	)
	if diff := cmp.Diff(map[string]string{"pro": "2"}, states(open(t, source, plans))); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestOtherEventsOfTheTopicAreNotStates(t *testing.T) {
	t.Parallel()
	other := planWith(func(s *event.Spec[string, *message]) { s.Name = "acme.plans.v1.Discount" })
	source := newTopic(1)
	source.add(0, put(t, "pro", 1, "plan"), encode(t, other, msg("pro", 9, "discount")))
	if diff := cmp.Diff(map[string]string{"pro": "plan"}, states(open(t, source, plans))); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestSchemaHeadersAreTakenOff(t *testing.T) {
	t.Parallel()
	framed := put(t, "pro", 1, "x")
	framed.Value = payload.Frame(1, []int{2, 0}, framed.Value)
	source := newTopic(1)
	source.add(0, framed)
	if diff := cmp.Diff(map[string]string{"pro": "x"}, states(open(t, source, plans))); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestMessageThatMarksItselfDeletedIsNoState(t *testing.T) {
	t.Parallel()
	e := planWith(func(s *event.Spec[string, *message]) {
		s.Deleted = func(m *message) bool { return string(m.GetStringValue()) == "deleted" }
	})
	source := newTopic(1)
	source.add(0, put(t, "pro", 1, "x"), put(t, "free", 1, "x"), put(t, "pro", 2, "deleted"))
	v := open(t, source, e)
	if _, ok := v.Get("pro"); ok {
		t.Error("Get returns a state that is marked as deleted")
	}
	if diff := cmp.Diff(map[string]string{"free": "x"}, states(v)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestUnreadableRecordHurtsItsKeyOnly(t *testing.T) {
	t.Parallel()
	with := func(change func(*event.Record)) *event.Record {
		r := put(t, "pro", 2, "2")
		change(r)
		return r
	}
	known, nothing := map[string]string{"pro": "1", "free": "x"}, map[string]string{"free": "x"}
	tests := map[string]struct {
		poison *event.Record
		want   map[string]string
	}{
		"message that does not parse": {with(func(r *event.Record) { r.Value = []byte("{}") }), nothing},
		"half a schema header":        {with(func(r *event.Record) { r.Value = []byte{0, 1} }), nothing},
		"chunk":                       {with(func(r *event.Record) { r.Value = []byte{0x0f, 'M'} }), nothing},
		"another revision than its header's": {with(func(r *event.Record) {
			r.Headers.Set(event.HeaderRevision, "3")
		}), nothing},
		"revision that is no number":       {with(func(r *event.Record) { r.Headers.Set(event.HeaderRevision, "two") }), known},
		"neither revision nor a message":   {with(func(r *event.Record) { r.Headers, r.Value = nil, []byte("{}") }), known},
		"no key":                           {with(func(r *event.Record) { r.Key = nil }), known},
		"schema header of another version": {with(func(r *event.Record) { r.Value = append([]byte{1}, r.Value...) }), nothing},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := newTopic(1)
			source.add(0, put(t, "pro", 1, "1"), tt.poison, put(t, "free", 1, "x"))
			v := open(t, source, plans)
			for range 2 {
				if diff := cmp.Diff(tt.want, states(v)); diff != "" {
					t.Errorf("states (-want +got):\n%s", diff)
				}
			}
			if v.Len() != len(tt.want) || v.Err() != nil {
				t.Errorf("Len = %d, Err = %v", v.Len(), v.Err())
			}
			late := source.add(0, put(t, "pro", 3, "3"))
			if err := v.WaitFor(t.Context(), late); err != nil {
				t.Fatal(err)
			}
			if m, _ := v.Get("pro"); tt.want["pro"] == "" && name != "another revision than its header's" && string(m.GetStringValue()) != "3" {
				t.Errorf("the next good record left %v", m)
			}
		})
	}
}

func TestKeyThatIsNoKeyIsPassedOver(t *testing.T) {
	t.Parallel()
	numbered := event.New(event.Spec[int64, *message]{
		Name: "acme.Numbered", Topic: event.Topic{Name: topicName}, Key: event.TextKey((*message).GetNegativeIntValue),
	})
	source := newTopic(1)
	for _, key := range []string{"7", "007", "seven"} {
		source.add(0, &event.Record{Key: []byte(key), Value: []byte{}})
	}
	v := openNumbered(t, source, numbered)
	var keys []int64
	for key := range v.All() {
		keys = append(keys, key)
	}
	if !slices.Equal(keys, []int64{7}) || v.Err() != nil {
		t.Errorf("keys %v, %v", keys, v.Err())
	}
}

func TestDeletionIsForgottenWithTheTopicsTombstones(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, del(t, "pro", 5))
		v := open(t, source, plans)
		pass(retention / 2)
		source.add(0, put(t, "pro", 4, "late"))
		synctest.Wait()
		if v.Len() != 0 {
			t.Error("a deletion was forgotten too early")
		}
		pass(retention/2 + time.Second)
		source.add(0, put(t, "free", 1, "x")) // something happens
		synctest.Wait()
		source.add(0, put(t, "pro", 4, "late"))
		synctest.Wait()
		if v.Len() != 2 {
			t.Error("a deletion is remembered for ever")
		}
	})
}

func TestIterationCanStop(t *testing.T) {
	t.Parallel()
	source := newTopic(1)
	source.add(0, put(t, "pro", 1, "x"), put(t, "free", 1, "x"), put(t, "team", 1, "x"))
	n := 0
	for range open(t, source, plans).All() {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d rounds, want 1", n)
	}
}

func TestMessagesBelongToTheCaller(t *testing.T) {
	t.Parallel()
	source := newTopic(1)
	source.add(0, put(t, "pro", 1, "x"))
	v := open(t, source, plans)
	m, _ := v.Get("pro")
	m.StringValue[0] = 'y'
	if m, _ := v.Get("pro"); string(m.GetStringValue()) != "x" {
		t.Error("a caller changed the view")
	}
}
