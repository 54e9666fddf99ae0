package cli

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/server"
)

// patiently is call with the command's own wait.
func patiently(t *testing.T, stdin string, args ...string) ended {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := program{stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr, now: time.Now, wait: wait}
	e := ended{p.run(t.Context(), args), stdout.String(), stderr.String()}
	if e.code != 0 {
		t.Fatalf("buildkey %s: exit code %d: %s", strings.Join(args, " "), e.code, e.stderr)
	}
	return e
}

// TestAChangeCountsWhenTheCommandReturns asks a server that has each key in its
// cache once, right after the command that ends it.
func TestAChangeCountsWhenTheCommandReturns(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, url string) {
		r := serveOn(t, url)
		for _, how := range []string{"id", "version", "-", "rotate"} {
			key, id := newKeyOf(t, r, "--version", "1")
			r.accepted(t, key) // and remembers it
			args, stdin := []string{"keys", "revoke", id}, ""
			switch how {
			case "version":
				args = []string{"keys", "revoke", "--version", "1"}
			case "-":
				args, stdin = []string{"keys", "revoke", "-"}, key
			case "rotate":
				args = []string{"keys", "rotate", id}
			}
			patiently(t, stdin, append(args, "--database-url", url)...)
			if got := r.status(t, http.MethodGet, "/api/v2/whoami/", "Token "+key, ""); got != http.StatusUnauthorized {
				t.Errorf("%s: the server answers %d to the key after the command returned", how, got)
			}
		}
		checkLinksCount(t, r, url)
	})
}

func checkLinksCount(t *testing.T, r *running, url string) {
	t.Helper()
	key, _ := newKeyOf(t, r)
	if got := r.status(t, http.MethodPost, "/api/v2/project/", "Bearer "+adminToken, `{"slug": "other", "privacy_level": "private"}`); got != http.StatusCreated {
		t.Fatalf("the second project: %d", got)
	}
	reaches := func(want int) {
		t.Helper()
		if got := r.status(t, http.MethodGet, "/api/v2/project/2/", "Token "+key, ""); got != want {
			t.Errorf("the server answers %d after the command returned, want %d", got, want)
		}
	}
	reaches(http.StatusNotFound)
	link := []string{"--project", "2", "--direction", "inbound", "--other", "1", "--database-url", url}
	patiently(t, "", append([]string{"links", "add"}, link...)...)
	reaches(http.StatusOK)
	patiently(t, "", append([]string{"links", "remove"}, link...)...)
	reaches(http.StatusNotFound)
}

// TestCommandsWaitOnce: for as long as a server may lag behind, and not without a change.
func TestCommandsWaitOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, url string) {
		r := serveOn(t, url)
		_, first := newKeyOf(t, r)
		_, second := newKeyOf(t, r)
		_, third := newKeyOf(t, r)
		tests := []struct {
			args  string
			waits int
		}{
			{"keys create --project 1", 0},
			{"keys list", 0},
			{"keys purge", 0},
			{"keys revoke " + someID, 0},
			{"keys rotate " + someID, 0},
			{"keys revoke " + first + " " + someID + " " + second, 1},
			{"keys revoke --grace 1h " + third, 1},
			{"keys revoke --project 1", 1},
			{"links add --project 1 --direction outbound --other 99", 0},
			{"links remove --project 1 --direction inbound --other 2", 0},
		}
		for _, test := range tests {
			var waited []time.Duration
			p := program{stdin: strings.NewReader(""), stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), now: time.Now}
			p.wait = func(_ context.Context, d time.Duration) error {
				waited = append(waited, d)
				return nil
			}
			p.run(t.Context(), append(strings.Fields(test.args), "--database-url", url))
			if len(waited) != test.waits || (test.waits > 0 && waited[0] != server.Bound) {
				t.Errorf("%s waits %v, want %d times %v", test.args, waited, test.waits, server.Bound)
			}
		}
	})
}

// TestInterruptedWhileItWaits: the change is made, and the command says so.
func TestInterruptedWhileItWaits(t *testing.T) {
	t.Parallel()
	r := serveOn(t, newSQLite(t))
	for _, command := range []string{"revoke", "rotate"} {
		key, id := newKeyOf(t, r)
		var stdout, stderr bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now}
		ctx, cancel := context.WithCancel(t.Context())
		p.wait = func(ctx context.Context, d time.Duration) error {
			cancel()
			return wait(ctx, d)
		}
		code := p.run(ctx, []string{"keys", command, id, "--database-url", r.database})
		if code != 1 || !strings.Contains(lastLine(stderr.String()), "buildkey: interrupted: the change is made") || stdout.Len() == 0 {
			t.Errorf("%s: exit code %d, %q, %q", command, code, stdout.String(), stderr.String())
		}
		r.refused(t, key)
	}
}

func TestHelpSaysHowLongACommandWaits(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"keys revoke", "keys rotate", "links add", "links remove"} {
		help := must(t, append(strings.Fields(command), "--help")...).stdout
		if !strings.Contains(help, "It returns "+server.Bound.String()+" after the change") {
			t.Errorf("%s: the help names no %v:\n%s", command, server.Bound, help)
		}
	}
}
