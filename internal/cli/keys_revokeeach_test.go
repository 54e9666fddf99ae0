package cli

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
)

// TestRevokeGoesOnAfterAFailure: what cannot be revoked keeps no other key alive.
func TestRevokeGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"ids", "stdin"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			r := serveOn(t, newSQLite(t))
			a, idA := newKeyOf(t, r)
			b, idB := newKeyOf(t, r)
			args, stdin, failure := []string{idA, someID, idB}, "", "buildkey: there is no key "+someID
			if form == "stdin" {
				args, stdin, failure = []string{"-"}, a+"\n\nbk_nonsense\n"+b+"\n", "buildkey: key 2 of the standard input: "
			}
			e := call(t, t.Context(), nil, stdin, append(append([]string{"keys", "revoke"}, args...), "--database-url", r.database)...)
			if e.code != 1 || e.stdout != "revoked "+idA+"\nrevoked "+idB+"\n" {
				t.Errorf("exit code %d, %q", e.code, e.stdout)
			}
			if !strings.HasPrefix(e.stderr, failure) || lastLine(e.stderr) != "buildkey: 1 of 3 keys could not be revoked\n" || strings.Count(e.stderr, "\n") != 2 {
				t.Errorf("standard error:\n%s", e.stderr)
			}
			for _, key := range []string{a, b} {
				eventually(t, "the key is refused", func() bool {
					return r.status(t, http.MethodGet, "/api/v2/whoami/", "Token "+key, "") == http.StatusUnauthorized
				})
				if strings.Contains(e.stdout+e.stderr, key) {
					t.Error("a key is repeated")
				}
			}
		})
	}
}

func TestRevokeFromAnInputThatIsNoGood(t *testing.T) {
	t.Parallel()
	url := serveOn(t, newSQLite(t)).database
	for stdin, want := range map[string]string{
		"":                                     "holds no key",
		" \n":                                  "holds no key",
		strings.Repeat("x ", maxInput/2) + "x": "nothing is revoked",
	} {
		call(t, t.Context(), nil, stdin, "keys", "revoke", "-", "--database-url", url).checkRefusal(t, 1, want)
	}
}

// TestRevokeIsInterrupted: what is left is counted, and not gone through.
func TestRevokeIsInterrupted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		before int // keys that are revoked before the signal
		stderr string
	}{
		{"at once", 0, "buildkey: interrupted: 4 of 4 keys could not be revoked\n"},
		{"amid", 1, "buildkey: interrupted: the change is made, and running servers go by it within 1s; interrupted: 3 of 4 keys could not be revoked\n"},
	} {
		var stdout, stderr bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		p := program{stdout: &stdout, stderr: &stderr, wait: wait}
		err := p.revokeEach(ctx, []string{"a", "b", "c", "d"}, func(i int, word string) (string, error) {
			if i == test.before {
				cancel()
			}
			return word, ctx.Err()
		})
		p.complain(oneLine(err))
		if stderr.String() != test.stderr || strings.Count(stdout.String(), "\n") != test.before {
			t.Errorf("%s: %q, %q", test.name, stdout.String(), stderr.String())
		}
	}
}
