package arch

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/api anew")

// TestAPI holds what each package exports, a line for each name, to the file
// testdata/api/<package>.txt, so that no change of it goes unseen. `make api`
// writes the files anew.
func TestAPI(t *testing.T) {
	const folder = "testdata/api/"
	known := map[string]bool{}
	for _, pkg := range libraries(t) {
		path := folder + pkg + ".txt"
		known[path] = true
		got := surface(t, pkg)
		if *update {
			write(t, path, strings.Join(got, "\n")+"\n")
		}
		want := strings.Split(strings.TrimSpace(read(t, path)), "\n")
		for _, line := range without(got, want) {
			t.Errorf("%s has no %q: run make api when it is meant", path, line)
		}
		for _, line := range without(want, got) {
			t.Errorf("%s has %q, the package has not: run make api when it is meant", path, line)
		}
	}
	walk(t, ".txt", func(path string) {
		if strings.HasPrefix(path, folder) && !known[path] {
			t.Errorf("%s is of no package", path)
		}
	})
}

func without(lines, others []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return slices.Contains(others, l) })
}

func write(t *testing.T, path, text string) {
	t.Helper()
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
