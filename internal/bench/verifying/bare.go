package verifying

import (
	"context"
	"database/sql"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/bench/keyring"
	"github.com/buildkey/buildkey/internal/bench/measure"
)

// bare reads by hand what a verification cannot do without, with a prepared statement
// and the key's id. It judges nothing and hashes nothing.
func bare(ctx context.Context, db *sqlx.DB, keys *keyring.Keyring) (measure.Case, *sql.Stmt, error) {
	stmt, err := db.PrepareContext(ctx, db.Rebind(`SELECT project, version, build, scopes, allow_list, secret_hash,
		activate_by, activated_at, expires_at, revoked_at FROM buildkey_keys WHERE id = ?`))
	if err != nil {
		return measure.Case{}, nil, err
	}
	id := keys.Key.ID.String()
	op := func() error {
		var project, version, build, scopes, allow string
		var hash []byte
		var by int64
		var activated, expires, revoked sql.NullInt64
		return stmt.QueryRowContext(ctx, id).
			Scan(&project, &version, &build, &scopes, &allow, &hash, &by, &activated, &expires, &revoked)
	}
	return measure.Case{
		Name: "bare read by primary key", Note: "a prepared statement of ten columns; nothing is judged, no key above it, no links",
		New: func() func() error { return op },
	}, stmt, nil
}
