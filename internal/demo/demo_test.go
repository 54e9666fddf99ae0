package demo_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/internal/demo"
	"github.com/jmoiron/sqlx"
)

// show runs a demo in a temporary folder of its own, which must be empty after.
func show(t *testing.T, ctx context.Context, cfg demo.Config) (screen string, err error) {
	t.Helper()
	var out, log bytes.Buffer
	cfg.Out, cfg.Err, cfg.TempDir = &out, &log, t.TempDir()
	err = demo.Run(ctx, cfg)
	left, readErr := os.ReadDir(cfg.TempDir)
	if readErr != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, readErr)
	}
	for line := range strings.SplitSeq(out.String(), "\n") {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("a line of more than 80 characters: %s", line)
		}
	}
	if secret := regexp.MustCompile(`\bbkh?_[0-9A-Za-z]{60,}`).FindString(out.String() + log.String()); secret != "" {
		t.Error("a key or handle is shown")
	}
	return out.String(), err
}

// has wants parts of a text, in this order.
func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		_, after, found := strings.Cut(rest, part)
		if !found {
			t.Fatalf("no %q, or not there, in\n%s", part, text)
		}
		rest = after
	}
}

// wholeStory is what a demo tells of the repository that it makes itself.
var wholeStory = []string{
	"one build, through a key that opens only that build", "database", "server", "http://127.0.0.1:", "trigger",
	"  cloning", "  | checked out ", "  installing", "  building", "  | [1/2] wc -l README.md", "  uploading", "  finished", "  | key revoked",
	"build 1 of sample: finished, success", "     0 ", "wc -l README.md", "     0 ",
	"latest: built, documentation type generic, HTML pages: 1", "revoked after",
	"while it lived", "its own build", "200", "another build", "404", "cancel", "404", "a key for more", "403",
	"after the build", "its own build", "401  invalid_token", "to change it", "401", "the handle", "410",
}

func TestRunOnSQLite(t *testing.T) {
	t.Parallel()
	screen, err := show(t, t.Context(), demo.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatalf("%v\n%s", err, screen)
	}
	has(t, screen, append([]string{"repository", "SQLite"}, wholeStory[1:]...)...)
}

func TestRunOnPostgreSQLDropsItsSchema(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresDSN(t)
	screen, err := show(t, t.Context(), demo.Config{Dir: t.TempDir(), DatabaseURL: dsn})
	if err != nil {
		t.Fatalf("%v\n%s", err, screen)
	}
	has(t, screen, append([]string{"PostgreSQL, schema "}, wholeStory[2:]...)...)
	name := regexp.MustCompile(`schema (buildkey_demo_\w+)`).FindStringSubmatch(screen)
	db, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var left int
	if err := db.Get(&left, `SELECT count(*) FROM pg_namespace WHERE nspname = $1`, name[1]); err != nil || left != 0 {
		t.Errorf("schema %s is left behind: %d, %v", name[1], left, err)
	}
}

func TestRunBuildsTheCheckoutAround(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		detach bool
		file   string
		want   []string
	}{
		{"a branch with a slash", false, "commands: [test -f deep/file]\n", []string{"[1/1] test -f deep/file", "finished, success"}},
		{"no branch", true, "commands: [test -f deep/file]\n", []string{"[1/1] test -f deep/file", "finished, success"}},
		{"without a recipe", false, "", []string{"no buildkey.yaml", "finished, success"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := newCheckout(t, test.file)
			if test.detach {
				git(t, dir, "checkout", "--quiet", "--detach")
			}
			screen, err := show(t, t.Context(), demo.Config{Dir: filepath.Join(dir, "deep")})
			if err != nil {
				t.Fatalf("%v\n%s", err, screen)
			}
			has(t, screen, test.want...)
		})
	}
}
