package demo_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/demo"
)

func TestRunFailsWhenSomethingWentWrong(t *testing.T) {
	t.Parallel()
	failing := newCheckout(t, "commands: ['echo broken; exit 3', echo never]\n")
	tests := []struct {
		name   string
		cfg    demo.Config
		err    string
		screen []string
	}{
		{"a command that fails", demo.Config{Dir: failing}, "build 1 failed: echo broken; exit 3: exit code 3",
			[]string{"| broken", "finished, failure", "     3 ", "latest: not built", "401  invalid_token"}},
		{"a worker that is none", demo.Config{Dir: t.TempDir(), Program: "/bin/false"}, "the worker never used its key",
			[]string{"build 1 of sample: triggered, no result"}},
		{"no worker at all", demo.Config{Dir: t.TempDir(), Program: filepath.Join(failing, "absent")}, "demo: the worker: ", nil},
		{"no such folder", demo.Config{Dir: filepath.Join(failing, "absent")}, "", []string{"sample", "finished, success"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			screen, err := show(t, t.Context(), test.cfg)
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("error %v, want %q", err, test.err)
			}
			has(t, screen, test.screen...)
		})
	}
}

// TestTheHandleGoesThroughTheEnvironmentAlone has a worker that tells what it was
// given. The screen shows no handle, or show fails.
func TestTheHandleGoesThroughTheEnvironmentAlone(t *testing.T) {
	t.Parallel()
	worker := filepath.Join(t.TempDir(), "worker")
	write(t, worker, "#!/bin/sh\necho \"$@\" | tr ' ' '\\n'\nenv | cut -d= -f1 | grep BUILDKEY_\n")
	if err := os.Chmod(worker, 0o700); err != nil {
		t.Fatal(err)
	}
	environ := append(os.Environ(), "BUILDKEY_KEY=of somebody else")
	screen, err := show(t, t.Context(), demo.Config{Dir: t.TempDir(), Program: worker, Environ: environ})
	if err == nil {
		t.Error("a build that nobody worked on is no failure")
	}
	has(t, screen, "  | builder", "  | --server", "  | --build", "  | 1", "  | BUILDKEY_HANDLE")
	if strings.Contains(screen, "BUILDKEY_KEY") {
		t.Error("the worker gets a key that is not its own")
	}
}

// cue calls do, once, when a text is written.
type cue struct {
	text string
	do   func()
	once sync.Once
	all  bytes.Buffer
}

// Write looks for the text.
func (c *cue) Write(p []byte) (int, error) {
	c.all.Write(p)
	if strings.Contains(c.all.String(), c.text) {
		c.once.Do(c.do)
	}
	return len(p), nil
}

func TestRunStopsAndClearsWhenInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &cue{text: "[1/1] sleep 600", do: cancel}
	dir := t.TempDir()
	began := time.Now()
	err := demo.Run(ctx, demo.Config{Dir: newCheckout(t, "commands: [sleep 600]\n"), Out: out, Err: out, TempDir: dir})
	if err == nil || !strings.Contains(err.Error(), "stopped: context canceled") {
		t.Errorf("error %v", err)
	}
	has(t, out.all.String(), "cancelled", "key revoked")
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}
