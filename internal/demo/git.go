package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// gitSettings lets git read a checkout that belongs to another user, as it often
// does in a container, and commit without asking who is there.
const gitSettings = `[safe]
	directory = *
[user]
	name = buildkey demo
	email = demo@example.org
[init]
	defaultBranch = main
`

// git runs git in dir and returns what it printed.
func (s *stage) git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = s.gitEnviron()
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("demo: git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// gitEnviron is the environment without what a git hook may have left in it.
func (s *stage) gitEnviron() []string {
	var environ []string
	for _, entry := range s.Environ {
		if !strings.HasPrefix(entry, "GIT_") {
			environ = append(environ, entry)
		}
	}
	return append(environ, "GIT_CONFIG_GLOBAL="+filepath.Join(s.dir, "gitconfig"), "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
}

func (s *stage) writeGitSettings() error {
	return os.WriteFile(filepath.Join(s.dir, "gitconfig"), []byte(gitSettings), 0o600)
}
