package keystore

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/jmoiron/sqlx"
)

func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		var group sync.WaitGroup
		for range 8 {
			s, err := New(db, Config{Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			group.Go(func() {
				if err := s.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		b := newBench(t, db, Config{})
		_, latest, err := b.SchemaVersion(t.Context())
		if n := b.count(t, schemaTable); n != int(latest)+1 || err != nil {
			t.Errorf("%d versions in the table, want %d and the zeroth: %v", n, latest, err)
		}
		_, raw := b.mint(t, Spec{})
		refusedAs(t, "verify", second(b.Verify(t.Context(), raw)), nil)
	})
}

func TestMigrateWithOneConnection(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		db.SetMaxOpenConns(1)
		newBench(t, db, Config{})
	})
}

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		var log strings.Builder
		s, err := New(db, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if at, latest, err := s.SchemaVersion(t.Context()); at != -1 || latest < 1 || err != nil {
			t.Errorf("before: %d of %d, %v", at, latest, err)
		}
		for range 2 {
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		at, latest, err := s.SchemaVersion(t.Context())
		if at != latest || err != nil {
			t.Errorf("after: %d of %d, %v", at, latest, err)
		}
		if n := strings.Count(log.String(), "keystore: migrated"); n != int(latest) {
			t.Errorf("%d migrations logged, want each once:\n%s", n, log.String())
		}
	})
}

func TestMigrateNewerSchema(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		if _, err := b.db.Exec(`INSERT INTO buildkey_schema (version_id, is_applied) VALUES (99, true)`); err != nil {
			t.Fatal(err)
		}
		err := b.Migrate(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), "keystore: ") || !strings.Contains(err.Error(), "version 99") {
			t.Errorf("a schema from the future: %v", err)
		}
	})
}

func TestMigrateTrouble(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		s, err := New(db, Config{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		refusedAs(t, "a context that ended", s.Migrate(ctx), context.Canceled)
		refusedAs(t, "a context that ended", s.Migrate(ctx), apikey.ErrUnavailable)
		if _, err := db.Exec(`CREATE TABLE buildkey_events (id int)`); err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "buildkey_events") {
			t.Errorf("somebody else's table in the way: %v", err)
		}
		if at, _, err := s.SchemaVersion(t.Context()); at != 0 || err != nil {
			t.Errorf("half a migration stayed: version %d, %v", at, err)
		}
	})
}
