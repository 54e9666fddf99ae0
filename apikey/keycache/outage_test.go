package keycache_test

import (
	"net/url"
	"testing"

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
	w := newWorld(t, db, keycache.Config{ListenDSN: named(t, dsn, "killed-listener")})
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

// named is dsn with a name for its connection.
func named(t *testing.T, dsn, name string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("application_name", name)
	u.RawQuery = q.Encode()
	return u.String()
}
