package worker

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hang is a command that starts a child, tells its pid and waits for good, with
// SIGTERM ignored.
func hang(note string) string {
	return "trap '' TERM; echo waiting; sleep 1000 & echo $! > " + note + "; wait; sleep 1000"
}

// waitFor polls for what another process does.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-limit:
			t.Errorf("waited in vain for %s", what)
			return
		case <-tick.C:
		}
	}
}

func readPID(path string) int {
	text, _ := os.ReadFile(path)
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return pid
}

// gone tells whether a process has ended; one that nobody has waited for yet
// (state Z) has.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestRunInterruptedInACommand(t *testing.T) {
	t.Parallel()
	note := filepath.Join(t.TempDir(), "pid")
	f := newFake(t, newRepo(t, map[string]string{"buildkey.yaml": "commands:\n  - \"" + hang(note) + "\"\n"}))
	cfg := f.config()
	ctx, stop := context.WithCancelCause(t.Context())
	go func() {
		waitFor(t, "the command", func() bool { return readPID(note) > 0 })
		stop(errors.New("interrupt signal"))
	}()
	result, err := Run(ctx, cfg)
	if err == nil || !strings.Contains(err.Error(), "interrupt signal") || result.State != stateCancelled || !result.Revoked {
		t.Fatalf("Run() = %+v, %v; want it cancelled and the key revoked", result, err)
	}
	waitFor(t, "the end of the command's child", func() bool { return gone(readPID(note)) })
	if got := states(f.find("PATCH /api/v2/build/7/")); got != "cloning installing building cancelled" {
		t.Errorf("states %q", got)
	}
	body := f.find("PATCH /api/v2/command/1/")[0]
	if body["output"] != "waiting\n" || body["exit_code"] != 137.0 {
		t.Errorf("the interrupted command was patched with %v", body)
	}
	isEmpty(t, cfg.TempDir)
}

func TestRunInterruptedAtARequest(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, at, states string }{
		{"first read", "GET /api/v2/build/7/", "cancelled"},
		{"waiting for a slot", "GET /api/v2/build/concurrent/?project__slug=alpha", "cancelled"},
		{"command posted", "POST /api/v2/command/", "cloning installing building cancelled"},
		{"version patched", "PATCH /api/v2/version/11/", "cloning installing building uploading cancelled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, newRepo(t, nil))
			ctx, stop := context.WithCancel(t.Context())
			f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
				if r.String() == test.at {
					stop()
					reply(w, http.StatusServiceUnavailable, nil)
				}
				return r.String() == test.at
			}
			cfg := f.config()
			result, err := Run(ctx, cfg)
			if !errors.Is(err, context.Canceled) || result.State != stateCancelled || !result.Revoked {
				t.Fatalf("Run() = %+v, %v; want it cancelled", result, err)
			}
			if got := states(f.find("PATCH /api/v2/build/7/")); got != test.states {
				t.Errorf("states %q, want %q", got, test.states)
			}
			isEmpty(t, cfg.TempDir)
		})
	}
}

func TestRunInterruptedInTheClone(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	release := make(chan struct{})
	repo := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		stop()
		<-release
	}))
	t.Cleanup(repo.Close)
	t.Cleanup(func() { close(release) })
	f := newFake(t, newRepo(t, nil))
	f.project["repo"] = repo.URL + "/a.git"
	cfg := f.config()
	result, err := Run(ctx, cfg)
	if !errors.Is(err, context.Canceled) || result.State != stateCancelled || !result.Revoked {
		t.Errorf("Run() = %+v, %v; want it cancelled", result, err)
	}
	if got := states(f.find("PATCH /api/v2/build/7/")); got != "cloning cancelled" || len(f.find("POST /api/v2/notifications/")) > 0 {
		t.Errorf("states %q; an interruption is no failure of the checkout", got)
	}
	isEmpty(t, cfg.TempDir)
}

// A server that does not answer holds an interrupted worker for the grace only.
func TestRunInterruptedWithoutAServer(t *testing.T) {
	t.Parallel()
	f := newFake(t, newRepo(t, nil))
	ctx, stop := context.WithCancel(t.Context())
	f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
		if r.String() == "PATCH /api/v2/version/11/" {
			stop()
		}
		if ctx.Err() != nil {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	cfg := f.config()
	cfg.Grace = 300 * time.Millisecond
	cfg.Sleep = sleep
	start := time.Now()
	result, err := Run(ctx, cfg)
	if !errors.Is(err, context.Canceled) || result.Revoked || result.State == stateCancelled {
		t.Errorf("Run() = %+v, %v", result, err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s to give up", took)
	}
}

func TestRunStopsACommandWhenTheKeyIsRejected(t *testing.T) {
	t.Parallel()
	note := filepath.Join(t.TempDir(), "pid")
	f := newFake(t, newRepo(t, map[string]string{"buildkey.yaml": "commands:\n  - \"" + hang(note) + "\"\n"}))
	f.intercept = func(w http.ResponseWriter, r received, seen int) bool {
		revoked := r.path == "/api/v2/whoami/" && seen > 1
		if revoked {
			reply(w, http.StatusUnauthorized, map[string]any{"detail": "revoked"})
		}
		return revoked
	}
	cfg := f.config()
	cfg.Sleep = func(context.Context, time.Duration) error { // the keeper's next look comes once the command runs
		waitFor(t, "the command", func() bool { return readPID(note) > 0 })
		return nil
	}
	result, err := Run(t.Context(), cfg)
	if !errors.Is(err, ErrRejected) || result.State != stateBuilding || len(result.Commands) != 1 {
		t.Errorf("Run() = %+v, %v; want ErrRejected in the command", result, err)
	}
	waitFor(t, "the end of the command's child", func() bool { return gone(readPID(note)) })
	if n := len(f.find("PATCH /api/v2/command/1/")) + len(f.find("POST /api/v2/revoke/")); n > 0 {
		t.Errorf("%d calls were made with a key that is dead", n)
	}
	isEmpty(t, cfg.TempDir)
}
