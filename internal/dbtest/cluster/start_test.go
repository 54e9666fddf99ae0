package cluster

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStartAndStop(t *testing.T) {
	t.Parallel()
	c := running(t)
	db := open(t, c)
	tests := []struct{ setting, want string }{
		{"fsync", "off"},
		{"full_page_writes", "off"},
		{"synchronous_commit", "off"},
		{"listen_addresses", ""},
		{"server_encoding", "UTF8"},
	}
	for _, test := range tests {
		var got string
		if err := db.QueryRow("SELECT current_setting($1)", test.setting).Scan(&got); err != nil || got != test.want {
			t.Errorf("%s = %q, %v; want %q", test.setting, got, err, test.want)
		}
	}
	c.Stop() // with a connection open
	c.Stop() // does nothing
	if err := db.Ping(); err == nil {
		t.Error("the server still answers")
	}
	if _, err := os.Stat(c.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", c.dir, err)
	}
}

func TestFolderIsPrivate(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(running(t).dir)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o700 {
		t.Errorf("others may enter the server's folder: mode %o, want 700", mode)
	}
}

func TestTwoClustersDoNotMeet(t *testing.T) {
	t.Parallel()
	a, b := running(t), running(t)
	if _, err := open(t, a).Exec("CREATE TABLE only_in_a (n integer)"); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, b).Exec("SELECT n FROM only_in_a"); err == nil {
		t.Error("one cluster sees the other's table")
	}
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	initdb := "#!/bin/sh\n"
	tests := []struct{ name, initdb, postgres, want string }{
		{"initdb fails", "#!/bin/sh\necho no room left >&2\nexit 1\n", initdb, "no room left"},
		{"postgres fails", initdb, "#!/bin/sh\necho bad setting >&2\nexit 1\n", "bad setting"},
		{"initdb is no program", "\x00", initdb, "did not start"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bin := reachable(t)
			script(t, filepath.Join(bin, "initdb"), test.initdb)
			script(t, filepath.Join(bin, "postgres"), test.postgres)
			c, err := Start(t.Context(), bin)
			if err == nil {
				c.Stop()
				t.Fatal("a server was started")
			}
			if !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), bin) {
				t.Errorf("error %q does not say %q and the folder", err, test.want)
			}
		})
	}
}

func TestStartGivesUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	bin, err := Find(Usual())
	if err != nil {
		t.Fatal(err)
	}
	if c, err := Start(ctx, bin); !errors.Is(err, context.Canceled) {
		c.Stop()
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestSettingsOfTheCallerAreDropped(t *testing.T) {
	t.Parallel()
	got := withoutSettings([]string{"PATH=/bin", "PGDATA=/elsewhere", "PGPORT=1", "HOME=/"})
	if strings.Join(got, " ") != "PATH=/bin HOME=/" {
		t.Errorf("environment = %v, want PATH and HOME alone", got)
	}
}

func running(t *testing.T) *Cluster {
	t.Helper()
	bin, err := Find(Usual())
	if err != nil {
		t.Fatal(err)
	}
	c, err := Start(t.Context(), bin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

func open(t *testing.T, c *Cluster) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", c.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // its server may be gone
	return db
}

// reachable is a folder that the server's account can enter even when root runs the
// tests.
func reachable(t *testing.T) string {
	t.Helper()
	owner, err := account()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := folder(owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func script(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o755); err != nil { // whatever the umask
		t.Fatal(err)
	}
}
