package demo

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a worker that was told to stop may take: longer than its
// own last calls.
const patience = 15 * time.Second

// work runs the worker, and tries its key on other things while it lives.
func (s *stage) work(ctx context.Context) error {
	t, err := newTap(s.server, func(authorization string) { s.tryAlive(ctx, authorization) },
		func(state string) { s.line("  " + state) })
	if err != nil {
		return err
	}
	address, end, err := t.serve()
	if err != nil {
		return err
	}
	defer end()
	s.step("worker", "a process of its own, with a handle in its environment")
	s.line("")
	return s.runWorker(ctx, address)
}

func (s *stage) runWorker(ctx context.Context, address string) error {
	caches := goCaches(ctx)
	args := []string{"builder", "--server", address, "--build", strconv.FormatInt(s.build.id, 10), "--name", "demo", "--temp-dir", s.dir}
	for _, entry := range caches {
		name, _, _ := strings.Cut(entry, "=")
		args = append(args, "--pass-env", name)
	}
	cmd := exec.CommandContext(ctx, s.Program, args...)
	cmd.Env = append(withoutOurs(s.gitEnviron()), append(caches, "BUILDKEY_HANDLE="+s.build.handle)...)
	said := s.quote()
	cmd.Stdout, cmd.Stderr = said, said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	err := cmd.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); failed && ctx.Err() == nil {
		return nil // it has said why, and so will the build
	}
	if err != nil {
		return fmt.Errorf("demo: the worker: %w", err)
	}
	return nil
}

// withoutOurs is environ without variables that say something to a worker.
func withoutOurs(environ []string) []string {
	var rest []string
	for _, entry := range environ {
		if !strings.HasPrefix(entry, "BUILDKEY_") {
			rest = append(rest, entry)
		}
	}
	return rest
}

// goCaches lets the commands of a Go project use what is compiled and downloaded
// already, and download nothing. For commands of a stranger it would be wrong:
// what they leave in a cache, others run.
func goCaches(ctx context.Context) []string {
	entries := []string{"GOPROXY=off"}
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		value, err := exec.CommandContext(ctx, "go", "env", name).Output()
		if err == nil {
			entries = append(entries, name+"="+strings.TrimSpace(string(value)))
		}
	}
	return entries
}
