package worker

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func testGit(t *testing.T, from remote, more ...string) git {
	t.Helper()
	return newGit(Config{Environ: append(gitTestEnv(t.TempDir()), more...), CommandTimeout: time.Minute}, from)
}

// history is a repository with two commits on main, a branch, tags, and a commit
// that is on no branch, as a pull request's is.
type history struct {
	testRepo
	first, second, side, pulled string
}

func newHistory(t *testing.T) history {
	t.Helper()
	h := history{testRepo: newRepo(t, map[string]string{"f": "first"})}
	h.first = h.head
	h.git(t, "tag", "v1")
	h.git(t, "tag", "--annotate", "--message", "x", "v1.1")
	h.git(t, "checkout", "--quiet", "-b", "feature/side")
	h.side = h.commit(t, map[string]string{"f": "side"})
	h.git(t, "checkout", "--quiet", "--detach")
	h.pulled = h.commit(t, map[string]string{"f": "pulled"})
	h.git(t, "update-ref", "refs/pull/1/head", h.pulled)
	h.git(t, "checkout", "--quiet", "main")
	h.second = h.commit(t, map[string]string{"f": "second"})
	return h
}

func TestCheckOut(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	tests := []struct{ name, want, hash, text string }{
		{"default branch", "main", h.second, "second"},
		{"another branch", "feature/side", h.side, "side"},
		{"tag", "v1", h.first, "first"},
		{"annotated tag", "v1.1", h.first, "first"},
		{"commit", h.first, h.first, "first"},
		{"short commit", h.first[:10], h.first, "first"},
		{"upper case commit", strings.ToUpper(h.first), h.first, "first"},
		{"ref of a pull request", "refs/pull/1/head", h.pulled, "pulled"},
		{"commit of a pull request", h.pulled, h.pulled, "pulled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			hash, err := testGit(t, remote{}).checkOut(t.Context(), remote{location: h.dir}, test.want, dir)
			text, _ := os.ReadFile(filepath.Join(dir, "f"))
			if err != nil || hash != test.hash || string(text) != test.text {
				t.Errorf("checkOut(%q) = %q, %v with file %q; want %q", test.want, hash, err, text, test.hash)
			}
		})
	}
}

func TestCheckOutRefuses(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	tests := []struct{ name, want, mentions string }{
		{"nothing", "", "what to check out"},
		{"an option", "--orphan", "no name of a commit"},
		{"a refspec", "+refs/heads/*:refs/heads/*", "no name of a commit"},
		{"a revision expression", "main~1", "no name of a commit"},
		{"a search", "main^{/first}", "no name of a commit"},
		{"a range", "v1..main", "no name of a commit"},
		{"the reflog", "main@{1}", "no name of a commit"},
		{"a control character", "ma\x1bin", "no name of a commit"},
		{"an unknown branch", "nonesuch", `"nonesuch" is not in the repository`},
		{"an unknown commit", strings.Repeat("ab", 20), "is not in the repository"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := testGit(t, remote{}).checkOut(t.Context(), remote{location: h.dir}, test.want, t.TempDir())
			if err == nil || !strings.Contains(err.Error(), test.mentions) || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("checkOut(%q): %v, want an error that mentions %q", test.want, err, test.mentions)
			}
		})
	}
}

// The environment is a second wall behind parseRemote, also where the operator's
// own configuration has opened the first.
func TestGitUsesNoOtherTransport(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	config, note := filepath.Join(home, "config"), filepath.Join(home, "ran")
	if err := os.WriteFile(config, []byte("[protocol \"ext\"]\n\tallow = always\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := testGit(t, remote{}, "GIT_CONFIG_GLOBAL="+config).in(t.Context(), home, "clone", "--", "ext::touch "+note, "x")
	if _, statErr := os.Stat(note); statErr == nil || err == nil || !strings.Contains(err.Error(), "not allowed") {
		t.Errorf("git ran a remote helper: %v", err)
	}
}

// A build that writes into its own .git reaches nothing of a local original.
func TestCheckOutSharesNoFiles(t *testing.T) {
	t.Parallel()
	h, dir := newHistory(t), t.TempDir()
	if _, err := testGit(t, remote{}).checkOut(t.Context(), remote{location: h.dir}, "main", dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".git/objects/info/alternates")); err == nil {
		t.Error("the checkout borrows the original's objects")
	}
	inodes := map[string]os.FileInfo{}
	eachFile(t, filepath.Join(h.dir, ".git/objects"), func(path string, info os.FileInfo) { inodes[path] = info })
	eachFile(t, filepath.Join(dir, ".git/objects"), func(path string, info os.FileInfo) {
		for original, other := range inodes {
			if os.SameFile(info, other) {
				t.Errorf("%s is the same file as %s", path, original)
			}
		}
	})
}

func eachFile(t *testing.T, dir string, do func(string, os.FileInfo)) {
	t.Helper()
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			do(path, info)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The user and password of a URL reach its server, and neither git's arguments,
// nor its words, nor the checkout's configuration.
func TestGitKeepsThePassword(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var users []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		mu.Lock()
		defer mu.Unlock()
		users = append(users, user+":"+password)
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	from, err := parseRemote(strings.Replace(server.URL, "://", "://u:hunter2@", 1) + "/a.git")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err = testGit(t, from, "http_proxy=", "no_proxy=*").checkOut(t.Context(), from, "main", dir)
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "403") {
		t.Errorf("checkOut: %v, want a 403 without the password", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(users) == 0 || users[0] != "u:hunter2" {
		t.Errorf("the server was asked by %q", users)
	}
}

func TestGitAsksNobody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	home, note := t.TempDir(), filepath.Join(t.TempDir(), "asked")
	config := "[credential]\n\thelper = \"!touch " + note + "; true\"\n[core]\n\taskPass = \"touch " + note + "\"\n"
	if err := os.WriteFile(filepath.Join(home, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	g := testGit(t, remote{}, "GIT_CONFIG_GLOBAL="+home+"/config", "http_proxy=", "no_proxy=*")
	_, err := g.checkOut(t.Context(), remote{location: server.URL + "/a.git"}, "main", t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "prompts disabled") {
		t.Errorf("checkOut: %v, want prompts to be disabled", err)
	}
	if _, err := os.Stat(note); err == nil {
		t.Error("a credential helper or askpass program was run")
	}
}

func TestGitStops(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	from := remote{location: server.URL + "/a.git"}
	t.Run("at its limit", func(t *testing.T) {
		g := testGit(t, from, "http_proxy=", "no_proxy=*")
		g.limit = 200 * time.Millisecond
		if _, err := g.checkOut(t.Context(), from, "main", t.TempDir()); err == nil || !strings.Contains(err.Error(), "git clone: stopped after 200ms") {
			t.Errorf("checkOut: %v", err)
		}
	})
	t.Run("with its context", func(t *testing.T) {
		stop := errors.New("stop")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, stop)
		defer cancel()
		if _, err := testGit(t, from, "http_proxy=", "no_proxy=*").checkOut(ctx, from, "main", t.TempDir()); !errors.Is(err, stop) {
			t.Errorf("checkOut: %v, want the context's cause", err)
		}
	})
}
