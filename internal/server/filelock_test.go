package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// dangling is links to a file that is not there yet: through another link, and
// through a folder that is one.
func dangling(t *testing.T) (path string, links []string) {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range []string{"deep/data", "deep/links"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, link := range []struct{ target, name string }{
		{"deep/links", "folder"},
		{"../data/real.db", "deep/links/direct.db"},
		{"folder/direct.db", "indirect.db"},
		{filepath.Join(dir, "deep/data/real.db"), "absolute.db"},
	} {
		if err := os.Symlink(link.target, filepath.Join(dir, link.name)); err != nil {
			t.Fatal(err)
		}
	}
	path = filepath.Join(dir, "deep/data/real.db")
	return path, []string{dir + "/folder/direct.db", dir + "/indirect.db", dir + "/absolute.db"}
}

// TestLinkToNoFile is that of a private file, which is one server's.
func TestLinkToNoFile(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		path, links := dangling(t)
		s, err := Open(t.Context(), quiet("sqlite://"+links[i]))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		for _, name := range []string{path, path + "-wal"} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", links[i], info, err)
			}
		}
		if _, err := os.Stat(path + ".lock"); err != nil {
			t.Errorf("%s: the lock is not beside the file: %v", links[i], err)
		}
	}
}

// TestLinksToNoFileAreOneFile: whoever comes second finds no file either.
func TestLinksToNoFileAreOneFile(t *testing.T) {
	t.Parallel()
	path, links := dangling(t)
	lock, err := lockFile(t.Context(), links[0])
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(lock)
	for _, name := range append(links, path) {
		if again, err := lockFile(t.Context(), name); err == nil || !strings.Contains(err.Error(), "another server has") {
			t.Errorf("%s is locked twice: %v", name, err)
			unlock(again)
		}
	}
}

func TestLinkInACircle(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "round.db")
	if err := os.Symlink("round.db", path); err != nil {
		t.Fatal(err)
	}
	if _, err := Migrate(t.Context(), "sqlite://"+path); err == nil {
		t.Error("a link to itself is a database")
	}
}
