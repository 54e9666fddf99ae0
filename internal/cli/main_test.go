package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/worker"
)

// ended is how a command ended and all that it said.
type ended struct {
	code           int
	stdout, stderr string
}

// call runs the command as Main does, with a credential that is taken from env.
func call(t *testing.T, ctx context.Context, env []string, stdin string, args ...string) ended {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := program{environ: env, stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr, now: time.Now}
	p.wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	p.takeCredential = func() (worker.Credential, error) {
		if key := p.getenv("BUILDKEY_KEY"); key != "" {
			return worker.KeyCredential(key), nil
		}
		return worker.Credential{}, worker.ErrNoCredential
	}
	code := p.run(ctx, args)
	return ended{code, stdout.String(), stderr.String()}
}

// must is call for a command that has to succeed.
func must(t *testing.T, args ...string) ended {
	t.Helper()
	e := call(t, t.Context(), nil, "", args...)
	if e.code != 0 {
		t.Fatalf("buildkey %s: exit code %d: %s", strings.Join(args, " "), e.code, e.stderr)
	}
	return e
}

func TestMainRunsACommand(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if code := Main([]string{"version"}, nil, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	if !strings.HasPrefix(stdout.String(), "buildkey ") || strings.Count(stdout.String(), "\n") != 1 {
		t.Errorf("version says %q", stdout.String())
	}
}
