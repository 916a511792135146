package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTallyCountsAndShowsOnlyWhatFailed(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		args   []string
		stream string
		want   string
		err    string
	}{{
		name: "passed",
		stream: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}
`,
		want: "ok  \tp\t0.1s\n1 passed, 0 failed\n",
	}, {
		name: "failed",
		stream: `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: stale revision applied\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p"}
`,
		want: "    a_test.go:1: stale revision applied\n1 passed, 1 failed\n",
		err:  "tests failed: 1",
	}, {
		name: "does not build",
		stream: `{"ImportPath":"p [p.test]","Action":"build-output","Output":"p/a.go:1:1: undefined: x\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}
{"Action":"pass","Package":"q","Test":"TestB"}
`,
		want: "p/a.go:1:1: undefined: x\nFAIL\tp [build failed]\n1 passed, 1 failed\n",
		err:  "tests failed: 1",
	}, {
		name:   "nothing ran",
		stream: "make: nothing to do\n",
		want:   "make: nothing to do\n0 passed, 0 failed\n",
		err:    "no test ran",
	}, {
		name: "needed test was skipped",
		args: []string{"-quiet", "-need", "p.TestB"},
		stream: `{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"skip","Package":"p","Test":"TestB"}
`,
		want: "1 passed, 0 failed\n",
		err:  "p.TestB did not pass: was it skipped, or renamed?",
	}}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			err := run(c.args, strings.NewReader(c.stream), &out)
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
			var got string
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(c.err, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
