package worker

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func shell(t *testing.T, line string) process {
	return process{argv: []string{"sh", "-c", line}, dir: t.TempDir(), env: []string{"PATH=" + defaultPath}, limit: time.Minute}
}

func TestProcessEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line, output string
		code               int
	}{
		{"both streams in order", "echo a; echo b >&2; echo c", "a\nb\nc\n", 0},
		{"exit code", "exit 7", "", 7},
		{"the highest exit code", "exit 255", "", 255},
		{"no such command", "nonesuch-command 2>/dev/null", "", 127},
		{"SIGTERM", "kill -TERM $$", "", 143},
		{"SIGKILL", "kill -KILL $$", "", 137},
		{"standard input is empty", "cat; echo end", "end\n", 0},
		{"a session of its own", "[ ! -e /proc/$$/stat ] || [ $(cut -d' ' -f6 /proc/$$/stat) = $$ ]", "", 0},
		{"last line of a pipe decides", "false | true", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ran, err := shell(t, test.line).run(t.Context())
			if err != nil || ran.cut != nil || ran.output != test.output || ran.code != test.code {
				t.Errorf("run = %+v, %v; want %q and code %d", ran, err, test.output, test.code)
			}
		})
	}
}

// A child in the background neither holds the worker nor outlives the command.
func TestProcessLeavesNothingOfItsGroup(t *testing.T) {
	t.Parallel()
	note := filepath.Join(t.TempDir(), "pid")
	start := time.Now()
	ran, err := shell(t, "sleep 1000 & echo $! > "+note+"; echo done").run(t.Context())
	if err != nil || ran.output != "done\n" || ran.code != 0 || time.Since(start) > 20*time.Second {
		t.Errorf("run = %+v, %v after %s", ran, err, time.Since(start))
	}
	waitFor(t, "the end of the child", func() bool { return gone(readPID(note)) })
}

// One that leaves the group keeps the pipe open: the worker goes on without it.
func TestProcessIsNotHeldByWhatLeftItsGroup(t *testing.T) {
	t.Parallel()
	note := filepath.Join(t.TempDir(), "pid")
	line := "setsid sh -c 'echo $$ > " + note + "; sleep 1000' & until [ -s " + note + " ]; do :; done; echo done"
	ran, err := shell(t, line).run(t.Context())
	if err != nil || ran.output != "done\n" {
		t.Errorf("run = %+v, %v", ran, err)
	}
	if pid := readPID(note); gone(pid) {
		t.Errorf("process %d did not leave the group, so this shows nothing", pid)
	} else {
		kill(pid)
	}
}

func TestProcessIsStopped(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	tests := []struct {
		name, line string
		limit      time.Duration
		cut        error
		code       int
	}{
		{"by its context", "sleep 1000", time.Minute, stop, 143},
		{"by its context, ignoring SIGTERM", "trap '' TERM; sleep 1000; sleep 1000", time.Minute, stop, 137},
		{"by its limit", "sleep 1000", 50 * time.Millisecond, errTimeLimit, 143},
		{"with time to clean up", "trap 'exit 9' TERM; sleep 1000 & wait", time.Minute, stop, 9},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			note := filepath.Join(t.TempDir(), "pid")
			p := shell(t, strings.Replace(test.line, "sleep", "echo $$ > "+note+"; sleep", 1))
			p.limit = test.limit
			if test.cut == stop {
				go func() {
					waitFor(t, "the process", func() bool { return readPID(note) > 0 })
					cancel(stop)
				}()
			}
			ran, err := p.run(ctx)
			if err != nil || !errors.Is(ran.cut, test.cut) || ran.code != test.code {
				t.Errorf("run = %+v, %v; want code %d and %v", ran, err, test.code, test.cut)
			}
		})
	}
}

func TestProcessThatDoesNotStart(t *testing.T) {
	t.Parallel()
	p := shell(t, "true")
	p.argv[0] = "/nonexistent/sh"
	if _, err := p.run(t.Context()); err == nil || !strings.Contains(err.Error(), "does not start") {
		t.Errorf("run: %v, want an error", err)
	}
}
