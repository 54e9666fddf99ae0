package keycache_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest/cluster"
)

// TestPostgreSQLRestarts stops a server under a cache, leaves it down for longer
// than the bound, and starts it again. A key revoked just before or right after is
// not let in any later than otherwise; while nobody can be asked, nothing is
// decided; afterwards all is as before, with the same Cache.
func TestPostgreSQLRestarts(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]syscall.Signal{"fast": syscall.SIGINT, "immediate": syscall.SIGQUIT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, w := ownServer(t)
			var times []time.Duration
			for range rounds(1, 50) {
				times = append(times, w.restart(t, server, how)...)
			}
			judge(t, times)
		})
	}
}

// ownServer is a PostgreSQL that no other test uses, and a cache on it. What was
// committed is written down before it is answered: with synchronous_commit off a
// crash may forget the revocation itself.
func ownServer(t *testing.T) (*cluster.Cluster, *world) {
	t.Helper()
	bin, err := cluster.Find(cluster.Usual())
	if err != nil {
		t.Fatal(err)
	}
	server, err := cluster.Start(t.Context(), bin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	dsn := with(t, server.URL(), "synchronous_commit", "on")
	db, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return server, newWorld(t, db, keycache.Config{ListenDSN: dsn})
}

// restart measures how long two keys were let in after their revocations: the one
// just before the server stops, the other right after it is back.
func (w *world) restart(t *testing.T, server *cluster.Cluster, how syscall.Signal) []time.Duration {
	t.Helper()
	before, beforeRaw := w.warm(t, keystore.Spec{Project: "1"})
	after, afterRaw := w.warm(t, keystore.Spec{Project: "1"})
	_, kept := w.warm(t, keystore.Spec{Project: "1"})

	halted := make(chan error, 1)
	if err := w.other.Revoke(t.Context(), before.ID, 0); err != nil {
		t.Fatal(err)
	}
	revoked := time.Now()
	go func() { halted <- server.Halt(how) }()
	late := w.lastAccept(t, revoked, beforeRaw)
	if err := <-halted; err != nil {
		t.Fatal(err)
	}
	w.decidesNothing(t, afterRaw)
	w.decidesNothing(t, kept)

	if err := server.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.other.Revoke(t.Context(), after.ID, 0); err != nil {
		t.Fatal(err)
	}
	times := []time.Duration{late, w.lastAccept(t, time.Now(), afterRaw)}
	w.until(t, "a valid key works again", func() bool {
		_, err := w.cache.Verify(t.Context(), kept)
		return err == nil
	})
	w.remember(t, kept)
	if _, err := w.cache.Verify(t.Context(), beforeRaw); !errors.Is(err, apikey.ErrRevoked) {
		t.Errorf("a key revoked before the restart: %v", err)
	}
	return times
}

// lastAccept asks for the key until the bound is well over, whatever the answer, and
// gives when, after its revocation, the last request was made that was let in.
func (w *world) lastAccept(t *testing.T, revoked time.Time, raw string) (last time.Duration) {
	t.Helper()
	w.until(t, "the bound is over", func() bool {
		asked := time.Since(revoked)
		if _, err := w.cache.Verify(t.Context(), raw); err == nil {
			last = asked
		}
		return asked > bound*3/2
	})
	return last
}

// decidesNothing fails unless the key is neither let in nor refused.
func (w *world) decidesNothing(t *testing.T, raw string) {
	t.Helper()
	for range 20 {
		if _, err := w.cache.Verify(t.Context(), raw); !errors.Is(err, apikey.ErrUnavailable) || errors.Is(err, apikey.ErrInvalid) {
			t.Fatalf("while the server is down: %v", err)
		}
	}
}
