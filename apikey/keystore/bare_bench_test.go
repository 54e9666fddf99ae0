package keystore

import (
	"database/sql"
	"testing"

	"github.com/google/uuid"
)

// bare reads by hand what no verification can do without, with a prepared
// statement: the measure of what Verify adds to it.
func (b bench) bare(tb testing.TB, id uuid.UUID) func() error {
	tb.Helper()
	stmt, err := b.db.Prepare(b.db.Rebind(`SELECT project, version, build, scopes, allow_list, secret_hash,
		activate_by, activated_at, expires_at, revoked_at FROM buildkey_keys WHERE id = ?`))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = stmt.Close() })
	text := id.String()
	return func() error {
		var project, version, build, scopes, allow string
		var hash []byte
		var by int64
		var activated, expires, revoked sql.NullInt64
		return stmt.QueryRowContext(tb.Context(), text).
			Scan(&project, &version, &build, &scopes, &allow, &hash, &by, &activated, &expires, &revoked)
	}
}
