package worker

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

var hashShape = regexp.MustCompile(`^[0-9a-fA-F]{4,64}$`)

// checkOut clones a remote into dir and checks out what is wanted: a commit, a
// branch, a tag or a full ref. It returns the commit's whole hash.
//
// A local repository is copied through git's transport, never by hard links, so
// that a build cannot reach the original's files through its own.
func (g git) checkOut(ctx context.Context, from remote, want, dir string) (string, error) {
	if err := checkWanted(want); err != nil {
		return "", err
	}
	if _, err := g.in(ctx, dir, "clone", "--quiet", "--no-checkout", "--no-local", "--no-recurse-submodules",
		"--origin", "origin", "--", from.location, "."); err != nil {
		return "", err
	}
	hash, err := g.resolve(ctx, dir, want)
	if err != nil {
		return "", err
	}
	_, err = g.in(ctx, dir, "checkout", "--quiet", "--force", "--detach", hash)
	return hash, err
}

// checkWanted refuses what is no commit's name and might be read as an option or
// as a revision expression (git-check-ref-format(1)).
func checkWanted(want string) error {
	odd := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(" ~^:?*[\\", r) }
	switch {
	case want == "":
		return fmt.Errorf("neither the build nor its version says what to check out: set the version's identifier")
	case strings.HasPrefix(want, "-"), strings.HasPrefix(want, "+"), strings.ContainsFunc(want, odd),
		strings.Contains(want, ".."), strings.Contains(want, "@{"):
		return fmt.Errorf("%q is no name of a commit, branch or tag", cleanLine(want))
	}
	return nil
}

// resolve finds the commit in the clone, else asks the remote for it: the commit
// of a pull request is on no branch.
func (g git) resolve(ctx context.Context, dir, want string) (string, error) {
	for _, name := range names(want) {
		hash, err := g.in(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
		if err == nil || ctx.Err() != nil {
			return hash, err
		}
	}
	if _, err := g.in(ctx, dir, "fetch", "--quiet", "--no-tags", "--", "origin", want); err != nil {
		return "", fmt.Errorf("%q is not in the repository: %w", cleanLine(want), err)
	}
	return g.in(ctx, dir, "rev-parse", "--verify", "--end-of-options", "FETCH_HEAD^{commit}")
}

// names are the readings of what is wanted, the exact one first.
func names(want string) []string {
	readings := []string{"refs/remotes/origin/" + want, "refs/tags/" + want}
	if hashShape.MatchString(want) {
		return append([]string{want}, readings...)
	}
	return readings
}
