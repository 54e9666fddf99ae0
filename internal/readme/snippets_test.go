package readme

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSnippets finds each block of Go below the quick start, to the letter but for
// its indentation, in a test or example that runs.
func TestSnippets(t *testing.T) {
	t.Parallel()
	var sources []string
	for _, pattern := range []string{"internal/readme/*_test.go", "apikey/example*_test.go"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sources = append(sources, flush(string(text)))
		}
	}
	all := strings.Join(sources, "\n")
	for _, block := range blocks(t, "go")[1:] {
		if !strings.Contains(all, flush(block)) {
			t.Errorf("no test runs this:\n%s", block)
		}
	}
}

// flush is text without its indentation.
func flush(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, "\t"))
	}
	return b.String()
}
