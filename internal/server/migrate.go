package server

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dialect"
)

//go:embed migrations
var migrations embed.FS

// versionTable is where goose notes which migrations of the server have run. The
// store has a table of its own for its migrations.
const versionTable = "server_schema"

// Migrate creates or updates the schema of the database at the URL, and says
// what it changed, one line each; none when it was up to date. Several may run
// at once. A schema that is newer than this program is an error.
func Migrate(ctx context.Context, databaseURL string) (changes []string, err error) {
	lock, err := lockDatabase(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	defer unlock(lock)
	return migrateAt(ctx, databaseURL)
}

// migrateAt migrates on a connection of its own, since a migration may take as
// long as it needs.
func migrateAt(ctx context.Context, databaseURL string) (changes []string, err error) {
	db, err := OpenDB(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	changes, err = migrate(ctx, db)
	return changes, advised(databaseURL, err)
}

// migrate brings both schemas up to date: the store's and the server's.
func migrate(ctx context.Context, db *sqlx.DB) (changes []string, err error) {
	var ofKeys, ofBuilds applied
	keys, err := keystore.New(db, keystore.Config{Logger: slog.New(migrationLog{slog.DiscardHandler, &ofKeys})})
	if err != nil {
		return nil, err
	}
	provider, err := newProvider(db)
	if err != nil {
		return nil, err
	}
	if err := refuseNewer(ctx, provider); err != nil {
		return nil, err
	}
	if err := keys.Migrate(ctx); err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("server: the schema could not be updated, and stands at its last whole migration: %w", err)
	}
	for _, r := range results {
		ofBuilds.add(r.Source.Version)
	}
	return append(ofKeys.told("keys"), ofBuilds.told("builds")...), nil
}

func newProvider(db *sqlx.DB) (*goose.Provider, error) {
	kind, err := dialect.Of(db.DriverName())
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{
		goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)),
	}
	as := goose.DialectSQLite3
	if kind == dialect.Postgres {
		as = goose.DialectPostgres
		options = append(options, goose.WithSessionLocker(schemaLock{}))
	}
	files, err := fs.Sub(migrations, "migrations/"+kind.String())
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(as, db.DB, files, options...)
}

// refuseNewer keeps an old program from working on what it does not know.
func refuseNewer(ctx context.Context, provider *goose.Provider) error {
	have, know, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("server: the schema's version could not be read: %w", err)
	}
	if have > know {
		return fmt.Errorf("server: the database has schema %d, and this program knows none after %d: run a newer buildkey", have, know)
	}
	return nil
}

// schemaLock lets one server at a time migrate a PostgreSQL schema; the others
// wait for it and then find nothing to do.
type schemaLock struct{}

const schemaLockIDs = "(hashtext('buildkey server'), hashtext(current_schema()))"

// SessionLock waits for the advisory lock of the schema.
func (schemaLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock"+schemaLockIDs)
	return err
}

// SessionUnlock lets it go.
func (schemaLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock"+schemaLockIDs)
	return err
}
