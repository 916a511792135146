package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/schema/baseline"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/source"
)

// lockName is the file in which the resolved contracts are kept, beside evgen.yaml: a change of what an annotation means shows in a review, and
// the contracts of a release can be compared with when its sources are out of reach.
const lockName = "evgen.lock"

// lockFile returns evgen.lock for a set of files, whose annotations are sound. A project without events has none, unless it had one.
func (p *project) lockFile(set *source.Set) ([]generator.File, error) {
	files, err := set.Descriptors()
	if err != nil {
		return nil, err
	}
	model, found := set.Resolve(files)
	if model == nil {
		return nil, fmt.Errorf("resolve contracts: %s", found)
	}
	contracts := contract.Of(model)
	if _, err := os.Stat(filepath.Join(p.dir, lockName)); errors.Is(err, os.ErrNotExist) && len(contracts.Events) == 0 {
		return nil, nil
	}
	return []generator.File{{Name: lockName, Content: contracts.Lock()}}, nil
}

// staleLock returns the finding that evgen.lock is not what the annotations mean, if that is so. A project need not have one.
func (c *comparison) staleLock() ([]compat.Finding, error) {
	file := filepath.Join(c.dir, lockName)
	have, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, exit(exitEnvironment, err)
	case bytes.Equal(have, c.state.Contract.Lock()):
		return nil, nil
	}
	f := gate.Finding(gate.LockStale, c.show(file)+" is out of date", "run evgen generate, and commit it")
	f.New.File = c.show(file)
	return []compat.Finding{f}, nil
}

// compareLock compares contracts with those of an evgen.lock, which knows nothing of payloads but whether they are the same.
func (c *comparison) compareLock(spec baseline.Spec) error {
	raw, err := os.ReadFile(absolute(c.cwd(), spec.Path))
	if errors.Is(err, os.ErrNotExist) {
		return &baseline.Error{
			Class: baseline.Usage, Baseline: spec.String(), Problem: "there is no file " + spec.Path, Err: err,
			Help: "keep the " + lockName + " of what was released, or compare with git:<revision>",
		}
	}
	if err != nil {
		return fmt.Errorf("read baseline %s: %w", spec, err)
	}
	if filepath.Clean(absolute(c.cwd(), spec.Path)) == filepath.Join(c.dir, lockName) {
		return errItself(spec)
	}
	set, err := contract.ReadLock(spec.Path, raw)
	if err != nil {
		return err
	}
	old := &gate.State{Name: spec.String(), Contract: set}
	if gate.HasEvents(c.state) && !gate.HasEvents(old) {
		return c.compareNothing(spec.String(), "has no event")
	}
	found := gate.Judge(old, c.state, c.terms)
	if !c.knowsPayloads() {
		found = append(found, gate.ChangedPayloads(old, c.state, c.terms)...)
	}
	c.merge(found)
	return nil
}
