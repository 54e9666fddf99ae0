package dbtest

import (
	"testing"

	"github.com/jmoiron/sqlx"
)

// Each runs test twice, as the parallel subtests "postgres" and "sqlite", each with
// a database of its own. db.DriverName tells which one it is.
func Each(t *testing.T, test func(t *testing.T, db *sqlx.DB)) {
	t.Helper()
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
}
