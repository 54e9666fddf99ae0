package keystore

import (
	"errors"
	"log/slog"
	"net/url"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
)

// bench is a migrated store on a database of its own.
type bench struct {
	*Store
	db    *sqlx.DB
	clock *apikeytest.Clock
}

func newBench(t testing.TB, db *sqlx.DB, cfg Config) bench {
	t.Helper()
	b := bench{db: db, clock: apikeytest.NewClock()}
	if cfg.Now == nil {
		cfg.Now = b.clock.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := New(db, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Store = s
	return b
}

// each runs test on a migrated store of both databases.
func each(t *testing.T, test func(t *testing.T, b bench)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		test(t, newBench(t, db, Config{}))
	})
}

// mint creates a key of project 1.
func (b bench) mint(t testing.TB, spec Spec) (apikey.Key, string) {
	t.Helper()
	if spec.Project == "" {
		spec.Project = "1"
	}
	k, secret, err := b.Create(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return k, secret.Reveal()
}

// use verifies a key that must be good.
func (b bench) use(t testing.TB, raw string) {
	t.Helper()
	if _, err := b.Verify(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
}

// forge makes a key of that id with a secret of its own.
func (b bench) forge(t testing.TB, id uuid.UUID) apikey.Secret {
	t.Helper()
	secret, err := b.keys.Mint(id, zeros{})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// second and third are the errors of calls with as many results.
func second[T any](_ T, err error) error { return err }

func third[T, U any](_ T, _ U, err error) error { return err }

// count is how many rows a table has.
func (b bench) count(t testing.TB, table string) int {
	t.Helper()
	var n int
	if err := b.db.Get(&n, "SELECT count(*) FROM "+table); err != nil {
		t.Fatal(err)
	}
	return n
}

// refusedAs fails unless err is want.
func refusedAs(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// withParams opens a new PostgreSQL schema with more connection parameters.
func withParams(t *testing.T, params string) *sqlx.DB {
	t.Helper()
	dsn, err := url.Parse(dbtest.PostgresDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	if params != "" {
		dsn.RawQuery += "&" + params
	}
	db, err := sqlx.Open("postgres", dsn.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// link adds an entry without scopes.
func (b bench) link(t testing.TB, project apikey.ID, direction Direction, other apikey.ID) {
	t.Helper()
	if err := b.AddLink(t.Context(), LinkEdit{Project: project, Direction: direction, Other: other}); err != nil {
		t.Fatal(err)
	}
}

// openSQLite opens a file in a synctest bubble, with connections of the bubble's.
func openSQLite(t *testing.T, dsn string) *sqlx.DB {
	t.Helper()
	db, err := sqlx.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
