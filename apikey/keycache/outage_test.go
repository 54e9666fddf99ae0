package keycache_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// TestAListenerThatIsKilled ends the listening connection as a restart of the
// server does: nothing is lost meanwhile, and memory comes back by itself.
func TestAListenerThatIsKilled(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresDSN(t)
	db, err := sqlx.Connect("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := newWorld(t, db, keycache.Config{ListenDSN: with(t, dsn, "application_name", "killed-listener")})
	k, raw := w.warm(t, keystore.Spec{Project: "1"})
	_, kept := w.warm(t, keystore.Spec{Project: "1"})

	follows := w.cache.Stats().Follows
	var killed []bool
	if err := db.SelectContext(t.Context(), &killed,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'killed-listener'`); err != nil || len(killed) != 1 {
		t.Fatalf("ended %d connections: %v", len(killed), err)
	}
	if err := w.other.Revoke(t.Context(), k.ID, 0); err != nil {
		t.Fatal(err)
	}
	if late := w.refusedIn(t, raw); late >= bound {
		t.Errorf("let in %v after the revocation, the bound is %v", late, bound)
	}
	w.until(t, "the feed is followed again", func() bool {
		stats := w.cache.Stats()
		return stats.Follows > follows && stats.Fresh
	})
	w.remember(t, kept)
}

// TestAListenerWhoseConnectionStaysSilent cuts its connection without a word, and
// for good, as a firewall does that forgot it: the cache gives it up by itself.
func TestAListenerWhoseConnectionStaysSilent(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresDSN(t)
	db, err := sqlx.Connect("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	wire := newWire(t, dsn)
	w := newWorld(t, db, keycache.Config{ListenDSN: wire.dsn})
	k, raw := w.warm(t, keystore.Spec{Project: "1"})
	_, kept := w.warm(t, keystore.Spec{Project: "1"})

	wire.lose()
	if err := w.other.Revoke(t.Context(), k.ID, 0); err != nil {
		t.Fatal(err)
	}
	if late := w.refusedIn(t, raw); late >= bound {
		t.Errorf("let in %v after the revocation, the bound is %v", late, bound)
	}
	if _, err := w.cache.Verify(t.Context(), kept); err != nil {
		t.Errorf("a valid key while nothing is heard: %v", err)
	}
	w.remember(t, kept)
}

// TestRunEndsWhileTheServerIsSilent asks a cache to stop that is connecting to a
// server which accepts and says nothing.
func TestRunEndsWhileTheServerIsSilent(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresDSN(t)
	db, err := sqlx.Connect("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	wire := newWire(t, dsn)
	wire.cut(true)
	store, err := keystore.New(db, keystore.Config{Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	cache, err := keycache.New(store, keycache.Config{ListenDSN: wire.dsn, Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- cache.Run(ctx) }()
	(&world{cache: cache}).until(t, "it connects", func() bool { return wire.connections() > 0 })
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it waits for the server")
	}
}

// with is dsn with one more setting of its connections.
func with(t *testing.T, dsn, setting, value string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(setting, value)
	u.RawQuery = q.Encode()
	return u.String()
}
