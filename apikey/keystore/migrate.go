package keystore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"time"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

const schemaTable = "buildkey_schema"

// migrateTries and migratePause are how long to wait for another program that
// holds the database.
const (
	migrateTries = 50
	migratePause = 100 * time.Millisecond
)

// Migrate creates the schema, or brings it up to date; there is no way back. It
// may run in several programs at once. It logs what it changed. Errors: one that
// says that the schema is newer than this program, or one that matches
// apikey.ErrUnavailable.
func (s *Store) Migrate(ctx context.Context) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	for tries := 0; ; tries++ {
		before := s.schemaVersion(ctx)
		err := s.migrateOnce(ctx, p, before)
		if err == nil {
			break
		}
		if s.schemaVersion(ctx) > before { // another program was faster
			tries = 0
			continue
		}
		if tries == migrateTries || !dialect.Unavailable(err) || pause(ctx, migratePause) != nil {
			return trouble("migrate", err)
		}
	}
	at, latest := s.schemaVersion(ctx), latestVersion(p)
	if at > latest {
		return fmt.Errorf("keystore: the schema of the database is of version %d and this program knows %d: run a newer program", at, latest)
	}
	return nil
}

// SchemaVersion tells which version of the schema the database has, -1 for none,
// and which this program brings. Its only errors match apikey.ErrUnavailable.
func (s *Store) SchemaVersion(ctx context.Context) (at, latest int64, err error) {
	p, err := s.migrator()
	if err != nil {
		return 0, 0, err
	}
	return s.schemaVersion(ctx), latestVersion(p), trouble("read the schema", s.db.PingContext(ctx))
}

func (s *Store) migrator() (*goose.Provider, error) {
	kind := goose.DialectPostgres
	if s.dialect == dialect.SQLite {
		kind = goose.DialectSQLite3
	}
	files, err := fs.Sub(migrations, "migrations/"+s.dialect.String())
	if err != nil {
		return nil, fmt.Errorf("keystore: %w", err)
	}
	p, err := goose.NewProvider(kind, s.db.DB, files, goose.WithTableName(schemaTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("keystore: %w", err)
	}
	return p, nil
}

func latestVersion(p *goose.Provider) int64 {
	sources := p.ListSources()
	return sources[len(sources)-1].Version
}

// migrateOnce applies what is missing from the version that the database has.
func (s *Store) migrateOnce(ctx context.Context, p *goose.Provider, from int64) error {
	if from < 0 {
		if err := s.createSchemaTable(ctx); err != nil {
			return err
		}
	}
	if from >= latestVersion(p) {
		return nil
	}
	results, err := p.Up(ctx)
	for _, r := range results {
		s.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "keystore: migrated",
			slog.Int64("version", r.Source.Version), slog.String("file", path.Base(r.Source.Path)))
	}
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
