package demo_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// newCheckout is a repository with a folder, one commit, and a buildkey.yaml
// unless that is "".
func newCheckout(t *testing.T, recipe string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "deep", "file"), "text\n")
	if recipe != "" {
		write(t, filepath.Join(dir, "buildkey.yaml"), recipe)
	}
	git(t, dir, "init", "--quiet")
	git(t, dir, "checkout", "--quiet", "-b", "feature/one")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "--message", "Add all")
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}
