package dbtest

import (
	"os"
	"testing"

	"github.com/jmoiron/sqlx"
)

// ExecFile runs the SQL statements of a file, one after the other; the path is
// relative to the test's package. A statement that fails, or a file that cannot be
// read, fails the test. The statements take no parameters.
func ExecFile(t testing.TB, db *sqlx.DB, path string) {
	t.Helper()
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("dbtest: read the SQL file: %v", err)
	}
	if _, err := db.ExecContext(t.Context(), string(script)); err != nil {
		t.Fatalf("dbtest: run %s on %s: %v", path, db.DriverName(), err)
	}
}
