package readme

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// TestMakeTargets holds every make command of the Markdown to the Makefile.
func TestMakeTargets(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?m)(?:^|`)make ([a-z]+)").FindAllStringSubmatch(string(text), -1) {
			seen[m[1]] = true
		}
	}
	for target := range seen {
		cmd := exec.CommandContext(t.Context(), "make", "-n", target)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("make %s: %v\n%s", target, err, out)
		}
	}
	for _, target := range []string{"run", "demo", "test", "help"} {
		if !seen[target] {
			t.Errorf("README.md does not say make %s", target)
		}
	}
}
