package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Catalog holds schemas, subjects and settings. It is not safe for concurrent use while it changes.
type Catalog struct {
	journal  *journal // nil: in memory
	schemas  map[int]*Schema
	ids      map[string]int       // by GUID
	subjects map[string][]Version // by number; no empty ones
	settings map[string]Settings
	lastID   int // ever given, so that none is given twice
}

// Open reads the catalog in a directory, which no other process can then use; dir is made if needed. An empty dir is a catalog in memory.
func Open(dir string) (*Catalog, error) {
	c := &Catalog{schemas: map[int]*Schema{}, ids: map[string]int{}, subjects: map[string][]Version{}, settings: map[string]Settings{}}
	if dir == "" {
		return c, nil
	}
	var err error
	if c.journal, err = openJournal(dir, c.apply); err != nil {
		return nil, err
	}
	return c, nil
}

// Close gives the directory free.
func (c *Catalog) Close() error {
	if c.journal == nil {
		return nil
	}
	return c.journal.close()
}

// Commit makes a change, and returns once it is on disk. After an error nothing has changed.
func (c *Catalog) Commit(change Change) error {
	if c.journal != nil {
		if err := c.journal.append(change); err != nil {
			return fmt.Errorf("write registry journal: %w", err)
		}
	}
	c.apply(change)
	return nil
}

func (c *Catalog) apply(change Change) {
	if s := change.Schema; s != nil {
		c.schemas[s.ID], c.ids[s.GUID()] = s, s.ID
		c.lastID = max(c.lastID, s.ID)
	}
	for _, v := range change.Versions {
		c.put(v)
	}
	for _, v := range change.Purged {
		c.purge(v)
	}
	maps.Copy(c.settings, change.Settings)
}

func (c *Catalog) put(v Version) {
	versions := c.subjects[v.Subject]
	i, found := find(versions, v.Number)
	if !found {
		versions = slices.Insert(versions, i, Version{})
	}
	versions[i] = v
	c.subjects[v.Subject] = versions
}

// purge forgets a version, and its schema when it was the last one of it.
func (c *Catalog) purge(v Version) {
	versions := c.subjects[v.Subject]
	if i, found := find(versions, v.Number); found {
		c.subjects[v.Subject] = slices.Delete(versions, i, i+1)
	}
	if len(c.subjects[v.Subject]) == 0 {
		delete(c.subjects, v.Subject)
	}
	if s := c.schemas[v.ID]; s != nil && len(c.VersionsOf(v.ID)) == 0 {
		delete(c.schemas, v.ID)
		delete(c.ids, s.GUID())
	}
}

func find(versions []Version, number int) (int, bool) {
	return slices.BinarySearchFunc(versions, number, func(v Version, n int) int { return cmp.Compare(v.Number, n) })
}

// NextID returns an id that no schema ever had.
func (c *Catalog) NextID() int { return c.lastID + 1 }

// Schema returns the schema with an id, or nil.
func (c *Catalog) Schema(id int) *Schema { return c.schemas[id] }

// SchemaOf returns the schema with a GUID, or nil.
func (c *Catalog) SchemaOf(guid string) *Schema { return c.schemas[c.ids[guid]] }

// Subjects returns the names of all subjects, also of those whose versions are all deleted, sorted.
func (c *Catalog) Subjects() []string { return slices.Sorted(maps.Keys(c.subjects)) }

// Versions returns the versions of a subject by number, also those that are deleted.
func (c *Catalog) Versions(subject string) []Version { return slices.Clone(c.subjects[subject]) }

// VersionsOf returns the versions that have a schema, by subject and number, also those that are deleted.
func (c *Catalog) VersionsOf(id int) []Version {
	return c.versions(func(v Version) bool { return v.ID == id })
}

// Referrers returns the versions whose schema refers to v, by subject and number, also those that are deleted.
func (c *Catalog) Referrers(v Version) []Version {
	return c.versions(func(referrer Version) bool {
		s := c.schemas[referrer.ID]
		return s != nil && slices.Contains(mentioned(s.References), Version{Subject: v.Subject, Number: v.Number})
	})
}

func mentioned(references []Reference) []Version {
	versions := make([]Version, len(references))
	for i, r := range references {
		versions[i] = Version{Subject: r.Subject, Number: r.Version}
	}
	return versions
}

func (c *Catalog) versions(chosen func(Version) bool) []Version {
	var found []Version
	for _, subject := range c.Subjects() {
		for _, v := range c.subjects[subject] {
			if chosen(v) {
				found = append(found, v)
			}
		}
	}
	return found
}

// Settings returns those of a subject; of "" those of all.
func (c *Catalog) Settings(subject string) Settings { return c.settings[subject] }
