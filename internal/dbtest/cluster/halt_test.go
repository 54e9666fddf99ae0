package cluster

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

func TestHaltKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]syscall.Signal{"fast": syscall.SIGINT, "immediate": syscall.SIGQUIT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := running(t)
			db := open(t, c)
			if _, err := db.Exec(`SET synchronous_commit = on; CREATE TABLE kept (n integer); INSERT INTO kept VALUES (7)`); err != nil {
				t.Fatal(err)
			}
			if err := c.Halt(how); err != nil {
				t.Fatal(err)
			}
			if err := db.Ping(); err == nil {
				t.Error("the server still answers")
			}
			if err := c.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := db.QueryRow(`SELECT n FROM kept`).Scan(&n); err != nil || n != 7 {
				t.Errorf("read %d, %v; want 7", n, err)
			}
		})
	}
}

func TestHaltedIsStopped(t *testing.T) {
	t.Parallel()
	for name, resumed := range map[string]bool{"halted": false, "resumed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := running(t)
			if err := c.Halt(syscall.SIGQUIT); err != nil {
				t.Fatal(err)
			}
			if resumed {
				if err := c.Resume(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			c.Stop()
			if _, err := os.Stat(c.dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s is still there: %v", c.dir, err)
			}
		})
	}
}
