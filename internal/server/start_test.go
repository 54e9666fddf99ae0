package server

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// quiet is a Config whose server says nothing.
func quiet(databaseURL string) Config {
	return Config{Addr: "127.0.0.1:0", DatabaseURL: databaseURL, Out: io.Discard, Logger: slog.New(slog.DiscardHandler)}
}

func fileURL(t *testing.T) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "b uild?key#.db")
}

// holdsPassword tells whether an error repeats a piece of a password below.
func holdsPassword(err error) bool {
	return slices.ContainsFunc([]string{"hun", "4711", "%zz"}, func(piece string) bool { return strings.Contains(err.Error(), piece) })
}

func TestDatabaseURLsThatAreWrong(t *testing.T) {
	t.Parallel()
	letter := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(letter, []byte("Dear all, this is no database."), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, url, says string }{
		{"another database", "mysql://root:hunter2@db/x", "neither sqlite://PATH nor postgres://"},
		{"no scheme", "buildkey.db", "neither sqlite://PATH nor postgres://"},
		{"no file", "sqlite://", "names no file"},
		{"memory", "sqlite://:memory:", "names no file"},
		{"no folder", "sqlite:///nowhere/at/all.db", "folder exists"},
		{"a folder", "sqlite://" + t.TempDir(), "cannot be opened"},
		{"another kind of file", "sqlite://" + letter, "choose another"},
		{"no socket", "postgres://u:hunter2@/x?host=/nowhere/at/all", "PostgreSQL at /nowhere/at/all does not"},
		{"nobody there", "postgres://u:hunter2@127.0.0.1:1/x?sslmode=disable", "check that it runs"},
		{"a slash in the password", "postgres://u:hun/hunter2@127.0.0.1/x", "as in %40 for @"},
		{"digits and a slash", "postgres://u:4711/hunter2@127.0.0.1/x", "as in %40 for @"},
		{"digits and a question mark", "postgres://u:4711?hunter2@127.0.0.1/x", "as in %40 for @"},
		{"digits and a hash", "postgres://u:4711#hunter2@127.0.0.1/x", "as in %40 for @"},
		{"half an escape", "postgres://u:hunter2%zz@127.0.0.1/x", "as in %40 for @"},
		{"a parameter with an @", "postgres://127.0.0.1:1/x?user=a@b&sslmode=disable", "check that it runs"},
		{"a space", "postgres://u:hunter2@local host/x", "is no URL"},
		{"a parameter that is none", "postgres://u:hunter2@127.0.0.1:1/x?sslmode=perhaps", "127.0.0.1:1"},
	} {
		for what, open := range map[string]func() error{
			"open": func() error { _, err := OpenDB(t.Context(), row.url); return err },
			"start": func() error {
				_, err := Open(t.Context(), quiet(row.url))
				return err
			},
			"migrate": func() error { _, err := Migrate(t.Context(), row.url); return err },
		} {
			err := open()
			if err == nil || holdsPassword(err) || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "server: ") {
				t.Errorf("%s: %s: %v", row.name, what, err)
			} else if what == "open" && !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s: %q does not say %q", row.name, err, row.says)
			}
		}
	}
}

func TestOneServerForAFile(t *testing.T) {
	t.Parallel()
	databaseURL := fileURL(t)
	first, err := Open(t.Context(), quiet(databaseURL))
	if err != nil {
		t.Fatal(err)
	}
	path, _ := sqlitePath(databaseURL)
	alias := filepath.Join(t.TempDir(), "alias.db")
	if err := os.Symlink(path, alias); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, second := range []string{databaseURL, "sqlite://" + alias} {
		all.Go(func() {
			if _, err := Open(t.Context(), quiet(second)); err == nil || !strings.Contains(err.Error(), "another server has") {
				t.Errorf("a second server on %s: %v", second, err)
			}
		})
	}
	all.Wait()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	third, err := Open(t.Context(), quiet(databaseURL))
	if err != nil {
		t.Fatalf("after the first one closed: %v", err)
	}
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAddressesThatCannotBeHad(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, row := range []struct{ name, addr, says string }{
		{"in use", taken.Addr().String(), "is in use"},
		{"no port", "127.0.0.1", "is not HOST:PORT"},
		{"no such port", "127.0.0.1:70000", "cannot listen on"},
		{"another machine's", "192.0.2.1:80", "cannot listen on"},
	} {
		cfg := quiet(fileURL(t))
		cfg.Addr = row.addr
		if _, err := Open(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v", row.name, err)
		}
		path, _ := sqlitePath(cfg.DatabaseURL)
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the database was touched: %v", row.name, err)
		}
		s, err := New(t.Context(), dbtest.SQLite(t), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s, after New: %v", row.name, err)
		}
	}
}

// TestDatabaseFileIsPrivate: it holds environment variables, and so does its log.
func TestDatabaseFileIsPrivate(t *testing.T) {
	t.Parallel()
	databaseURL := fileURL(t)
	s, err := Open(t.Context(), quiet(databaseURL))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	path, _ := sqlitePath(databaseURL)
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", filepath.Base(name), info.Mode())
		}
	}
}

// TestAddressIsHeldUntilClose: who was let in by Open cannot be locked out by
// another before Serve.
func TestAddressIsHeldUntilClose(t *testing.T) {
	t.Parallel()
	cfg := quiet(fileURL(t))
	first, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	again := quiet(fileURL(t))
	again.Addr = first.listener.Addr().String()
	if _, err := Open(t.Context(), again); err == nil || !strings.Contains(err.Error(), "is in use") {
		t.Errorf("while the first is open: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := first.listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after it was closed its address is still held: %v", err)
	}
}

// TestServersThatStartAtOnce share an empty database: each finds it whole, and
// there is one sample. (An SQLite file is one server's.)
func TestServersThatStartAtOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := New(t.Context(), db, quiet("")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n, err := versions.Unscoped("a test counts all").Count(t.Context(), db); err != nil || n != 2 {
		t.Errorf("%d versions of the sample, %v", n, err)
	}
}

func TestAdminTokenThatCannotBeSent(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"two words", "a,b", "ü", strings.Repeat("x", 513)} {
		cfg := quiet(fileURL(t))
		cfg.AdminToken = apikey.NewSecret(token)
		_, err := Open(context.Background(), cfg)
		if err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("%q: %v", token, err)
		}
	}
}
