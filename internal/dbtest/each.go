package dbtest

import (
	"testing"

	"github.com/jmoiron/sqlx"
)

// Each runs test twice, as the parallel subtests "postgres" and "sqlite", each with
// a database of its own. db.DriverName tells which one it is.
func Each(t *testing.T, test func(t *testing.T, db *sqlx.DB)) {
	t.Helper()
	EachOf(t, Postgres, SQLite, test)
}

// EachOf is Each for a test that wants something else than an open database, such
// as its URL.
func EachOf[T any](t *testing.T, postgres, sqlite func(testing.TB) T, test func(t *testing.T, on T)) {
	t.Helper()
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgres(t))
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, sqlite(t))
	})
}
