package keycache_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// used mints a key, uses it for the first time and writes down a last use.
func used(t *testing.T, db *sqlx.DB) apikey.Key {
	t.Helper()
	store, err := keystore.New(db, keystore.Config{Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	k, secret, err := store.Create(t.Context(), keystore.Spec{Project: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Verify(t.Context(), secret.Reveal()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE buildkey_keys SET last_used_at = created_at`); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestUsesAreSilentOnPostgreSQL(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresDSN(t)
	db, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	listener := pq.NewListener(dsn, time.Second, time.Minute, nil)
	t.Cleanup(func() { listener.Close() })
	if err := listener.Listen("buildkey"); err != nil {
		t.Fatal(err)
	}
	k := used(t, db)
	if told := toldBefore(t, db, listener, "marker 1"); strings.Contains(told, k.ID.String()) {
		t.Errorf("a use was told: %s", told)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE buildkey_keys SET revoked_at = created_at`); err != nil {
		t.Fatal(err)
	}
	if told := toldBefore(t, db, listener, "marker 2"); !strings.Contains(told, k.ID.String()) {
		t.Errorf("a revocation was not told: %s", told)
	}
}

// toldBefore is what was notified before a marker of the test's own. Other tests
// share the channel.
func toldBefore(t *testing.T, db *sqlx.DB, listener *pq.Listener, marker string) string {
	t.Helper()
	marker = "b:" + t.Name() + marker
	if _, err := db.ExecContext(t.Context(), `SELECT pg_notify('buildkey', $1)`, marker); err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	for {
		select {
		case n := <-listener.NotificationChannel():
			if n != nil && n.Extra == marker {
				return told.String()
			}
			if n != nil {
				told.WriteString(n.Extra + "\n")
			}
		case <-t.Context().Done():
			t.Fatal("the marker did not come")
		}
	}
}

func TestUsesAreSilentOnSQLite(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	count := func() (n int) {
		if err := db.GetContext(t.Context(), &n, `SELECT count FROM buildkey_changes`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	used(t, db)
	if n := count(); n != 0 {
		t.Errorf("uses were counted: %d", n)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE buildkey_keys SET revoked_at = created_at`); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Errorf("%d changes counted after a revocation", n)
	}
}
