//go:build unix

package dirlock_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/internal/dirlock"
	_ "github.com/evgen-dev/evgen/internal/golden"
)

func TestADirectoryHasOneUser(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "on", "demand")
	first, err := dirlock.Take(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = dirlock.Take(dir)
	if want := fmt.Sprintf("%s is in use by process %d: ", dir, os.Getpid()); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s…", err, want)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := dirlock.Take(dir)
	if err != nil {
		t.Fatalf("a released directory is still taken: %v", err)
	}
	if err := second.Release(); err != nil {
		t.Fatal(err)
	}
}
