package cluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Halt ends the server and keeps its folder, for [Cluster.Resume]. syscall.SIGINT
// cuts its connections and writes everything down, as pg_ctl's "fast" does;
// syscall.SIGQUIT is its "immediate", which is as good as a crash. It returns when
// the server is gone.
func (c *Cluster) Halt(how syscall.Signal) error {
	for _, mark := range []string{"kept", "halted"} {
		if err := os.WriteFile(filepath.Join(c.dir, mark), nil, 0o600); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(filepath.Join(c.dir, "server"))
	if err != nil {
		return err
	}
	server, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for err = syscall.Kill(server, how); err == nil; err = syscall.Kill(server, 0) {
		<-tick.C
	}
	if !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// Resume starts the server that [Cluster.Halt] ended, on what it left, and returns
// when it answers.
func (c *Cluster) Resume(ctx context.Context) error {
	if err := os.Remove(filepath.Join(c.dir, "halted")); err != nil {
		return err
	}
	return c.ready(ctx)
}
