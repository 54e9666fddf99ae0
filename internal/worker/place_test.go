package worker

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPlaceIsRemovedWhole(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.Mkdir(outside, 0o500); err != nil {
		t.Fatal(err)
	}
	p, err := newPlace(parent, "7")
	if err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(p.home, "go", "mod")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(p.home, "link")); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{deep, filepath.Dir(deep), p.home} {
		if err := os.Chmod(dir, 0o000); err != nil {
			t.Fatal(err)
		}
	}
	p.unlock() // root would not need it, so it is not left to remove
	if info, err := os.Stat(deep); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("unlock left %v, %v", info, err)
	}
	if err := p.remove(); err != nil {
		t.Error(err)
	}
	isEmpty(t, parent)
	if info, err := os.Stat(outside); err != nil || info.Mode().Perm() != 0o500 {
		t.Errorf("what a link points to was changed: %v, %v", info, err)
	}
}

func TestNewPlaceWithoutAParent(t *testing.T) {
	t.Parallel()
	if p, err := newPlace(filepath.Join(t.TempDir(), "missing"), "7"); err == nil || p.root != "" {
		t.Errorf("newPlace = %+v, %v; want an error", p, err)
	}
	if err := (place{}).remove(); err != nil {
		t.Errorf("removing no place: %v", err)
	}
}

func TestFindArtifacts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files []string
		want  artifacts
	}{
		{"nothing", nil, artifacts{}},
		{"pages in folders", []string{"html/a.html", "html/b/c.HTM", "html/x.css"}, artifacts{pages: 2}},
		{"one of each", []string{"a.html", "b.pdf", "c.epub", "d.zip"}, artifacts{1, 1, 1, 1}},
		{"names without an extension", []string{"pdf", "epub.txt"}, artifacts{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, name := range test.files {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink("/etc/hostname", filepath.Join(dir, "link.pdf")); err != nil {
				t.Fatal(err)
			}
			if got := findArtifacts(dir); got != test.want {
				t.Errorf("findArtifacts = %+v, want %+v", got, test.want)
			}
		})
	}
	if got := findArtifacts("/nonexistent"); got != (artifacts{}) {
		t.Errorf("without a folder: %+v", got)
	}
}
