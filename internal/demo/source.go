package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// source is the repository that the build clones.
type source struct {
	name   string // of the project
	path   string
	branch string // "" for a checkout of no branch
	commit string
}

// takeSource clones the checkout around Dir, its last commit included and nothing
// after it, or makes a small repository where there is none.
func (s *stage) takeSource(ctx context.Context) error {
	if _, err := exec.LookPath("git"); err != nil {
		return fmt.Errorf("demo: git is not installed: install it, a build begins with a clone")
	}
	if err := s.writeGitSettings(); err != nil {
		return err
	}
	s.source.path = filepath.Join(s.dir, "source.git")
	root, err := s.git(ctx, s.Dir, "rev-parse", "--show-toplevel")
	if err == nil {
		_, err = s.git(ctx, root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	}
	if err != nil {
		root, err = s.makeRepository(ctx)
	}
	if err != nil {
		return err
	}
	return s.clone(ctx, root)
}

func (s *stage) clone(ctx context.Context, root string) (err error) {
	if _, err = s.git(ctx, s.dir, "clone", "--quiet", "--bare", "--no-local", "--", root, s.source.path); err != nil {
		return err
	}
	s.source.name = filepath.Base(root)
	s.source.branch, _ = s.git(ctx, root, "symbolic-ref", "--quiet", "--short", "HEAD")
	s.source.commit, err = s.git(ctx, s.source.path, "rev-parse", "HEAD")
	s.step("repository", "%s, commit %.10s", root, s.source.commit)
	return err
}

// A project of two files, for where there is none.
const (
	sampleReadme = "# Sample\n\nBuilt by the buildkey demo.\n"
	sampleRecipe = `documentation_type: generic
commands:
  - wc -l README.md
  - "{ echo '<pre>'; cat README.md; echo '</pre>'; } > \"$BUILDKEY_OUTPUT/index.html\""
`
)

// makeRepository returns the path of a new repository with one commit.
func (s *stage) makeRepository(ctx context.Context) (string, error) {
	root := filepath.Join(s.dir, "sample")
	if err := os.Mkdir(root, 0o700); err != nil {
		return "", err
	}
	for name, text := range map[string]string{"README.md": sampleReadme, "buildkey.yaml": sampleRecipe} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "."}, {"commit", "--quiet", "--message", "Add the sample"}} {
		if _, err := s.git(ctx, root, args...); err != nil {
			return "", err
		}
	}
	return root, nil
}
