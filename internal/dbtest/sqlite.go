package dbtest

import (
	"net/url"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // driver "sqlite"
)

// SQLite returns a pool of connections (driver "sqlite") to a new, empty database
// file, opened with [SQLiteDSN]. When the test ends, the pool is closed and the file
// removed.
func SQLite(t testing.TB) *sqlx.DB {
	t.Helper()
	return pool(t, "sqlite", SQLiteDSN(t))
}

// SQLiteDSN returns the connection string of a new file in t.TempDir: journal in WAL
// mode, foreign keys enforced, ten seconds of patience with a busy database, and
// transactions that take the write lock at once rather than fail later. The file is
// not flushed to the disk: it outlives a killed process but not a power cut.
func SQLiteDSN(t testing.TB) string {
	t.Helper()
	file := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(t.TempDir(), "test.db"))}
	file.RawQuery = url.Values{
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(OFF)"},
		"_txlock": {"immediate"},
	}.Encode()
	return file.String()
}
