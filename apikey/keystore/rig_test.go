package keystore_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// rig is a migrated store on a database of its own, and the clock that it goes by.
type rig struct {
	*keystore.Store
	db    *sqlx.DB
	clock *apikeytest.Clock
}

func newRig(t testing.TB, db *sqlx.DB, cfg keystore.Config) rig {
	t.Helper()
	r := rig{db: db, clock: apikeytest.NewClock()}
	if cfg.Now == nil {
		cfg.Now = r.clock.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	store, err := keystore.New(db, cfg)
	if err == nil {
		err = store.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	r.Store = store
	return r
}

// postgresRig is one on PostgreSQL, with as many connections.
func postgresRig(t testing.TB, connections int) rig {
	t.Helper()
	db := dbtest.Postgres(t)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return newRig(t, db, keystore.Config{})
}

// mint creates a key that must be to be had.
func (r rig) mint(t testing.TB, spec keystore.Spec) (apikey.Key, apikey.Secret) {
	t.Helper()
	k, secret, err := r.Create(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return k, secret
}

// flush writes down last uses, which Run does when it is told to stop.
func (r rig) flush(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return r.Run(ctx)
}

// soak is the size of a test: usual, or long under BUILDKEY_SOAK=1.
func soak(usual, long int) int {
	if os.Getenv("BUILDKEY_SOAK") != "" {
		return long
	}
	return usual
}

// vectors decodes a file of testdata/vectors. A field that T does not know fails
// the test: it would not be looked at.
func vectors[T any](t *testing.T, name string) T {
	t.Helper()
	var v T
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// span is a time in a vector, such as "1h30m".
type span time.Duration

func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = span(d)
	return err
}
