package security

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProgram runs the program of SECURITY.md on 10,000 keys and handles, with each
// of them once more but for one character, and on the look-alikes: it prints the
// keys and handles.
func TestProgram(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	source, binary := filepath.Join(folder, "main.go"), filepath.Join(folder, "find")
	if err := os.WriteFile(source, []byte(block(t, "go")), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", binary, source)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the program does not build: %v\n%s", err, out)
	}
	keys := credentials(t, 5_000)
	var lines []string
	for _, key := range keys {
		lines = append(lines, key, mistyped(key))
	}
	for _, text := range corpus(t) {
		lines = append(lines, text)
	}
	find := exec.CommandContext(t.Context(), binary)
	find.Stdin = strings.NewReader(strings.Join(lines, "\n"))
	out, err := find.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(out)); strings.Join(got, " ") != strings.Join(keys, " ") {
		t.Errorf("%d lines were printed, want the %d keys and handles", len(got), len(keys))
	}
}

// mistyped changes one character in the middle.
func mistyped(key string) string {
	other := "0"
	if key[40] == '0' {
		other = "1"
	}
	return key[:40] + other + key[41:]
}
