package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testName   = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9_]*\b`)
	linkedTest = regexp.MustCompile("\\[`((?:Test|Fuzz|Benchmark)[A-Z]\\w*)`\\]\\(([^)\\s]+)\\)")
	declared   = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Z]\w*)\(`)
)

// TestMarkdownNamesTestsThatExist: each test that the Markdown names exists, in
// the file that it links to where it is a link.
func TestMarkdownNamesTestsThatExist(t *testing.T) {
	byFile, anywhere := map[string]map[string]bool{}, map[string]bool{}
	walk(t, "_test.go", func(path string) {
		byFile[path] = map[string]bool{}
		for _, m := range declared.FindAllStringSubmatch(read(t, path), -1) {
			byFile[path][m[1]], anywhere[m[1]] = true, true
		}
	})
	seen := 0
	walk(t, ".md", func(path string) {
		text := read(t, path)
		for _, name := range testName.FindAllString(text, -1) {
			seen++
			if !anywhere[name] {
				t.Errorf("%s names %s, which is no test", path, name)
			}
		}
		for _, m := range linkedTest.FindAllStringSubmatch(text, -1) {
			if file := filepath.ToSlash(filepath.Join(filepath.Dir(path), m[2])); !byFile[file][m[1]] {
				t.Errorf("%s: %s is not in %s", path, m[1], file)
			}
		}
	})
	if seen == 0 {
		t.Error("no tests are named: the test looks in the wrong place")
	}
}

// TestContributingShowsTheArrows compares the table of packages with the arrows
// that TestLibraryPackagesImportOnlyWhatTheyMay holds the code to.
func TestContributingShowsTheArrows(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| `([a-z/]+)/` \\|[^|]*\\| ([^|]*) \\|$").FindAllStringSubmatch(read(t, "CONTRIBUTING.md"), -1)
	shown := map[string]string{}
	for _, m := range rows {
		shown[m[1]] = m[2]
	}
	for pkg, to := range arrows {
		if strings.HasSuffix(pkg, "/") {
			continue // below another package
		}
		var names []string
		for _, path := range to {
			names = append(names, arrowName(path))
		}
		want := strings.Join(names, ", ")
		if want == "" {
			want = "nothing"
		}
		if shown[pkg] != want {
			t.Errorf("CONTRIBUTING.md says that %s imports %q; it may import %q", pkg, shown[pkg], want)
		}
	}
	if len(shown) != len(arrows)-1 {
		t.Errorf("CONTRIBUTING.md shows %d packages", len(shown))
	}
}

// TestContributingShowsTheTree: the map links to each folder of internal/. That no link leads
// nowhere is TestMarkdownLinks' business.
func TestContributingShowsTheTree(t *testing.T) {
	text := read(t, "CONTRIBUTING.md")
	entries, err := os.ReadDir(filepath.Join(root, "internal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !strings.Contains(text, "](internal/"+e.Name()+")") {
			t.Errorf("CONTRIBUTING.md does not show internal/%s", e.Name())
		}
	}
}

// arrowName is how people call an import path: apikey/keystore, mux, otter.
func arrowName(path string) string {
	if own, ok := strings.CutPrefix(path, module+"/"); ok {
		return own
	}
	return filepath.Base(regexp.MustCompile(`/v\d+$`).ReplaceAllString(path, ""))
}
