package baseline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema/baseline"
)

func TestABaselineIsReadAndWrittenTheSame(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]baseline.Spec{
		"git:origin/main":               {Kind: baseline.Git, Rev: "origin/main"},
		"git:HEAD~1":                    {Kind: baseline.Git, Rev: "HEAD~1"},
		"git:origin/main...HEAD":        {Kind: baseline.Git, Rev: "origin/main...HEAD"},
		"git:v1.0:services/orders":      {Kind: baseline.Git, Rev: "v1.0", Path: "services/orders"},
		"git:main@{2024-05-01 12:00}":   {Kind: baseline.Git, Rev: "main@{2024-05-01 12:00}"},
		"git:main@{2024-05-01 12:00}:a": {Kind: baseline.Git, Rev: "main@{2024-05-01 12:00}", Path: "a"},
		"git:HEAD^{/fix: bug..}":        {Kind: baseline.Git, Rev: "HEAD^{/fix: bug..}"},
		"dir:../released":               {Kind: baseline.Dir, Path: "../released"},
		`dir:C:\work\released`:          {Kind: baseline.Dir, Path: `C:\work\released`},
		"dir:C:/work/released":          {Kind: baseline.Dir, Path: "C:/work/released"},
		"image:released.binpb":          {Kind: baseline.Image, Path: "released.binpb"},
		"image:a:b.binpb":               {Kind: baseline.Image, Path: "a:b.binpb"},
		"registry":                      {Kind: baseline.Registry},
		"lock:released.lock":            {Kind: baseline.Lock, Path: "released.lock"},
	} {
		got, err := baseline.Parse(text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
		if got.String() != text {
			t.Errorf("%s is written as %s", text, got)
		}
	}
}

func TestABaselineThatCannotBeSaysWhatWasMeant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      `unknown baseline "": write, e.g., git:origin/main, dir:../released, image:released.binpb, registry, lock:released.lock`,
		"https://example.com/r": `unknown baseline "https://example.com/r": write, e.g., git:origin/main, dir:../released, image:released.binpb, registry, lock:released.lock`,
		"origin/main":           `unknown baseline "origin/main" (did you mean "git:origin/main"?)`,
		"gti:origin/main":       `unknown baseline "gti:origin/main" (did you mean "git:origin/main"?)`,
		"registri":              `unknown baseline "registri" (did you mean "registry"?)`,
		"old.binpb":             `unknown baseline "old.binpb" (did you mean "image:old.binpb"?)`,
		"../released":           `unknown baseline "../released" (did you mean "dir:../released"?)`,
		`C:\released`:           `unknown baseline "C:\\released" (did you mean "dir:C:\\released"?)`,
		"git:":                  `read baseline "git:": it names no revision: write, e.g., git:origin/main`,
		"git":                   `read baseline "git": it names no revision: write, e.g., git:origin/main`,
		"dir:":                  `read baseline "dir:": it names no directory: write, e.g., dir:../released`,
		"image:":                `read baseline "image:": it names no file: write, e.g., image:released.binpb`,
		"registry:https://x":    `read baseline "registry:https://x": nothing follows registry: write registry`,
		"git::/fix":             `read baseline "git::/fix": it names no revision: write, e.g., git:origin/main; a commit by its message is git:HEAD^{/text}`,
		"git:--upload-pack=x":   `read baseline "git:--upload-pack=x": revision "--upload-pack=x" begins with a hyphen, as options do: write its full name, e.g., refs/heads/--upload-pack=x`,
		"git:^main":             `read baseline "git:^main": revision "^main" begins with ^, which leaves commits out: name one commit`,
		"git:main..HEAD":        `read baseline "git:main..HEAD": "main..HEAD" is a range: name one commit, or, with three dots, where two parted: main...HEAD`,
		"git:a\nb":              `read baseline "git:a\nb": revision "a\nb" has a control character: git knows no such name`,
	} {
		if _, err := baseline.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}
