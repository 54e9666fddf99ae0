package dbtest

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq" // driver "postgres"
)

// connections is how many a test's pool opens at most. It is small because many
// tests share one server; a test that needs more calls SetMaxOpenConns.
const connections = 8

// Postgres returns a pool of connections (driver "postgres") whose search_path is a
// new, empty schema that no other test sees. When the test ends, the pool is closed
// and the schema dropped. It fails the test when there is no server.
//
// What PostgreSQL keeps per database and not per schema is still shared with other
// tests: advisory locks and the channels of LISTEN and NOTIFY.
func Postgres(t testing.TB) *sqlx.DB {
	t.Helper()
	return pool(t, "postgres", PostgresDSN(t))
}

// PostgresDSN returns a connection string into a new schema, for tests that open
// their own connections, start a server or listen. The schema is dropped when the
// test ends; a transaction that is still open by then fails the test.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	dsn, err := s.schema(t)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// schema creates a schema for the life of t.
func (s *server) schema(t testing.TB) (dsn string, err error) {
	name := "test_" + strings.ToLower(rand.Text())
	dsn, err = with(s.dsn, "search_path", name)
	if err != nil {
		return "", err
	}
	if _, err := s.admin.ExecContext(t.Context(), "CREATE SCHEMA "+name); err != nil {
		return "", err
	}
	t.Cleanup(func() {
		if _, err := s.admin.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Errorf("dbtest: drop the schema of %s: %v; did the test leave a transaction open?", t.Name(), err)
		}
	})
	return dsn, nil
}

// pool opens a small pool that is closed when the test ends.
func pool(t testing.TB, driver, dsn string) *sqlx.DB {
	t.Helper()
	db, err := sqlx.Open(driver, dsn)
	if err != nil {
		t.Fatalf("dbtest: open the test's %s database: %v", driver, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("dbtest: close the test's %s database: %v", driver, err)
		}
	})
	return db
}
