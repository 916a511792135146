package catalog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
	_ "github.com/evgen-dev/evgen/internal/golden"
)

func schema(id int, text string) *catalog.Schema {
	return &catalog.Schema{ID: id, Content: catalog.Content{Text: text}}
}

func version(subject string, number, id int) []catalog.Version {
	return []catalog.Version{{Subject: subject, Number: number, ID: id}}
}

func open(t *testing.T, dir string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func commit(t *testing.T, c *catalog.Catalog, changes ...catalog.Change) {
	t.Helper()
	for _, change := range changes {
		if err := c.Commit(change); err != nil {
			t.Fatal(err)
		}
	}
}

func closeAll(t *testing.T, c *catalog.Catalog) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// journal writes two versions and returns their file.
func journal(t *testing.T) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	c := open(t, dir)
	commit(t, c, catalog.Change{Schema: schema(1, "one"), Versions: version("a", 1, 1)}, catalog.Change{Schema: schema(2, "two"), Versions: version("a", 2, 2)})
	closeAll(t, c)
	return dir, filepath.Join(dir, "registry.jsonl")
}

func TestATornLastLineIsCutOff(t *testing.T) {
	t.Parallel()
	_, whole := journal(t)
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	second := strings.Index(string(text), "\n") + 1
	for size := second; size < len(text); size++ {
		dir, path := journal(t)
		if err := os.Truncate(path, int64(size)); err != nil {
			t.Fatal(err)
		}
		c := open(t, dir)
		if diff := cmp.Diff(version("a", 1, 1), c.Versions("a")); diff != "" {
			t.Fatalf("%d bytes (-want +got):\n%s", size, diff)
		}
		commit(t, c, catalog.Change{Schema: schema(2, "other"), Versions: version("b", 1, 2)})
		closeAll(t, c)
		again := open(t, dir)
		if diff := cmp.Diff([]string{"a", "b"}, again.Subjects()); diff != "" {
			t.Fatalf("%d bytes, after the next change (-want +got):\n%s", size, diff)
		}
		closeAll(t, again)
	}
}

func TestALastLineOfZerosIsCutOff(t *testing.T) {
	t.Parallel()
	dir, path := journal(t)
	appendTo(t, path, strings.Repeat("\x00", 100)+"\n")
	c := open(t, dir)
	defer closeAll(t, c)
	if n := len(c.Versions("a")); n != 2 {
		t.Errorf("%d versions, want 2", n)
	}
}

func TestARestOfAFailedChangeIsCutOffBeforeTheNext(t *testing.T) {
	t.Parallel()
	dir, path := journal(t)
	c := open(t, dir)
	appendTo(t, path, `{"versions":[{"subj`+strings.Repeat("x", 1000))
	commit(t, c, catalog.Change{Versions: version("b", 1, 2)})
	closeAll(t, c)
	again := open(t, dir)
	defer closeAll(t, again)
	if diff := cmp.Diff([]string{"a", "b"}, again.Subjects()); diff != "" {
		t.Errorf("subjects (-want +got):\n%s", diff)
	}
}

func TestADamagedLineIsNotPassedOver(t *testing.T) {
	t.Parallel()
	dir, path := journal(t)
	appendTo(t, path, "{\"schema\n{}\n")
	_, err := catalog.Open(dir)
	if err == nil || !strings.Contains(err.Error(), "registry.jsonl: line 3 is damaged: ") {
		t.Errorf("error %v, want one of line 3", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	closeAll(t, open(t, dir)) // the refusal gave the directory free
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(old, text...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWhatCannotBeWrittenHasNotHappened(t *testing.T) {
	t.Parallel()
	c := open(t, t.TempDir())
	closeAll(t, c)
	if err := c.Commit(catalog.Change{Schema: schema(1, "one"), Versions: version("a", 1, 1)}); err == nil {
		t.Error("a closed journal takes a change")
	}
	if c.Schema(1) != nil || len(c.Subjects()) > 0 {
		t.Error("the change is there")
	}
}

func TestADirectoryHasOneCatalog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := open(t, dir)
	defer closeAll(t, c)
	if _, err := catalog.Open(dir); err == nil || !strings.Contains(err.Error(), "is in use") {
		t.Errorf("error %v, want one that says so", err)
	}
}

func TestNoIDIsGivenTwice(t *testing.T) {
	t.Parallel()
	dir, _ := journal(t)
	c := open(t, dir)
	commit(t, c, catalog.Change{Purged: version("a", 2, 2)})
	if c.Schema(2) != nil || c.SchemaOf(schema(2, "two").GUID()) != nil {
		t.Error("a schema is left of which no version is")
	}
	closeAll(t, c)
	again := open(t, dir)
	defer closeAll(t, again)
	if id := again.NextID(); id != 3 {
		t.Errorf("the next id is %d, want 3", id)
	}
}

func TestASchemaStaysWithTheLastOfItsVersions(t *testing.T) {
	t.Parallel()
	c := open(t, "")
	commit(t, c,
		catalog.Change{Schema: schema(1, "one"), Versions: version("a", 1, 1)},
		catalog.Change{Versions: version("b", 1, 1)},
		catalog.Change{Purged: version("a", 1, 1)})
	if c.Schema(1) == nil {
		t.Error("the schema is gone, though subject b has it")
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(`{"schema":{"id":1,"schema":"one"},"versions":[{"subject":"a","version":1,"id":1}]}` + "\n")
	f.Add(`{"versions":[{"subject":"a","version":1,"id":9}],"purged":[{"subject":"b"}],"settings":{"":{"level":"X"}}}` + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "registry.jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := catalog.Open(dir)
		if err != nil {
			return
		}
		defer closeAll(t, c)
		for _, s := range c.Subjects() {
			for _, v := range c.Versions(s) {
				c.Referrers(v)
				c.VersionsOf(v.ID)
			}
		}
		commit(t, c, catalog.Change{Schema: schema(c.NextID(), "new"), Versions: version("new", 1, c.NextID())})
	})
}
