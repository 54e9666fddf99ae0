package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// programs makes a folder that holds the named programs.
func programs(t *testing.T, dir string, mode os.FileMode, names ...string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	both := programs(t, filepath.Join(root, "both"), 0o700, "initdb", "postgres")
	clients := programs(t, filepath.Join(root, "clients"), 0o700, "psql", "postgres")
	plain := programs(t, filepath.Join(root, "plain"), 0o600, "initdb", "postgres")
	for _, version := range []string{"9.6", "13", "15"} {
		programs(t, filepath.Join(root, "lib", version, "bin"), 0o700, "initdb", "postgres")
	}
	programs(t, filepath.Join(root, "lib", "17", "bin"), 0o700, "psql")
	globs := []string{filepath.Join(root, "lib", "*", "bin")}
	newest := filepath.Join(root, "lib", "15", "bin")
	tests := []struct {
		name   string
		places Places
		want   string // "": none
	}{
		{"in PATH", Places{Path: root + ":" + both, Globs: globs}, both},
		{"PATH has only one of the two", Places{Path: clients, Globs: globs}, newest},
		{"newest that has both, by number", Places{Globs: globs}, newest},
		{"files that cannot be run", Places{Path: plain}, ""},
		{"relative folder in PATH", Places{Path: ".:both"}, ""},
		{"empty PATH", Places{}, ""},
		{"pattern that is no pattern", Places{Globs: []string{"/[", root + "/none*"}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Find(test.places)
			if got != test.want || (err == nil) != (test.want != "") {
				t.Errorf("Find = %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestFindSaysWhatToDo(t *testing.T) {
	t.Parallel()
	_, err := Find(Places{Path: t.TempDir(), Globs: []string{"/nowhere/*/bin"}})
	if !errors.Is(err, ErrNotFound) {
		t.Fatalf("error %v is not ErrNotFound", err)
	}
	for _, want := range []string{
		"cluster: ", "/nowhere/*/bin", "apt-get install postgresql", "brew install", "BUILDKEY_TEST_DATABASE_URL",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

// TestHomebrewWhereverItIs is not parallel: it sets the environment.
func TestHomebrewWhereverItIs(t *testing.T) {
	const everywhere = "/opt/homebrew/opt/postgresql*/bin"
	for prefix, want := range map[string]string{"": everywhere, "/srv/brew": "/srv/brew/opt/postgresql*/bin"} {
		t.Setenv("HOMEBREW_PREFIX", prefix)
		globs := Usual().Globs
		if !slices.Contains(globs, everywhere) || !slices.Contains(globs, want) {
			t.Errorf("HOMEBREW_PREFIX=%q: looks in %q, want %s too", prefix, globs, want)
		}
		if i := slices.IndexFunc(globs, func(glob string) bool { return !filepath.IsAbs(glob) }); i >= 0 {
			t.Errorf("HOMEBREW_PREFIX=%q: %q is relative", prefix, globs[i])
		}
	}
}
