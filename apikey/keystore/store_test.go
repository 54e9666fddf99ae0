package keystore

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/jmoiron/sqlx"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	for _, row := range []struct {
		name string
		db   *sqlx.DB
		cfg  Config
		says string
	}{
		{"no database", nil, Config{}, "the database is nil"},
		{"another database", sqlx.NewDb(db.DB, "mysql"), Config{}, `"mysql"`},
		{"a prefix with a capital", db, Config{Prefix: "Bk"}, `"Bk"`},
		{"a prefix of one letter", db, Config{Prefix: "b"}, `"b"`},
		{"a prefix of thirteen", db, Config{Prefix: "abcdefghijklm"}, `"abcdefghijklm"`},
		{"a negative retention", db, Config{Retention: -time.Hour}, "-1h0m0s"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, err := New(row.db, row.cfg)
			if s != nil || err == nil || !strings.HasPrefix(err.Error(), "keystore: ") || !strings.Contains(err.Error(), row.says) {
				t.Errorf("New = %v, %v; want an error of keystore's that says %s", s, err, row.says)
			}
		})
	}
}

// What New did not make lets nobody in.
func TestZeroStoreRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []*Store{nil, {}} {
		k, err := s.Verify(t.Context(), "bkb_x")
		refusedAs(t, "verify", err, apikey.ErrUnavailable)
		if !k.IsZero() {
			t.Error(k)
		}
	}
}

func TestZeroConfig(t *testing.T) {
	t.Parallel()
	s, err := New(dbtest.SQLite(t), Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := time.Now().Truncate(time.Microsecond)
	k, secret, err := s.Create(t.Context(), Spec{Project: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret.Reveal(), "bk_") {
		t.Error("the default prefix is not bk")
	}
	if k.CreatedAt.Before(before) || k.CreatedAt.After(time.Now()) {
		t.Errorf("created at %v, which is not now", k.CreatedAt)
	}
	if s.Catalog() != apikey.DefaultCatalog() {
		t.Error("the default catalog is another")
	}
}

func TestPrefixesKeepStoresApart(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	one := newBench(t, db, Config{Prefix: "one"})
	long := newBench(t, db, Config{Prefix: "abcdefghijkl"})
	_, raw := one.mint(t, Spec{})
	if _, err := long.Verify(t.Context(), raw); !errors.Is(err, apikey.ErrMalformed) {
		t.Errorf("a key of another prefix: %v", err)
	}
	_, raw = long.mint(t, Spec{})
	handle, err := long.Wrap(t.Context(), apikey.NewSecret(raw), 0)
	if err != nil || !strings.HasPrefix(handle.Reveal(), "abcdefghijklh_") {
		t.Errorf("a handle under the longest prefix: %v", err)
	}
	if _, err := long.Verify(t.Context(), handle.Reveal()); !errors.Is(err, apikey.ErrMalformed) {
		t.Errorf("a handle taken for a key: %v", err)
	}
}

func TestInTransaction(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		taken, _ := b.mint(t, Spec{Name: "taken"})
		tx, err := b.db.BeginTxx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		in := b.In(tx)
		k, secret, err := in.Create(ctx, Spec{Project: "1", Name: "mine"})
		if err != nil {
			t.Fatal(err)
		}
		// Refusals of every kind must leave the transaction usable.
		for _, refused := range []error{
			third(in.Create(ctx, Spec{Project: "1", Name: "taken"})),
			third(in.Create(ctx, Spec{})),
			second(in.Get(ctx, k.Parent)),
			second(in.Renew(ctx, k.Parent)),
			second(in.Unwrap(ctx, "bkh_x")),
			in.Revoke(ctx, k.Parent, 0),
			in.RemoveLink(ctx, "1", Inbound, "2"),
		} {
			if refused == nil || errors.Is(refused, apikey.ErrUnavailable) {
				t.Errorf("in a transaction: %v", refused)
			}
		}
		if _, err := in.Verify(ctx, secret.Reveal()); err != nil {
			t.Errorf("a key of the transaction, inside it: %v", err)
		}
		if err := in.Revoke(ctx, taken.ID, 0); err != nil {
			t.Error(err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Verify(ctx, secret.Reveal()); !errors.Is(err, apikey.ErrUnknown) {
			t.Errorf("a key that was rolled back: %v", err)
		}
		if got, err := b.Get(ctx, taken.ID); err != nil || !got.RevokedAt.IsZero() {
			t.Errorf("a revocation that was rolled back: %v, %v", got.RevokedAt, err)
		}
		if events, err := b.Events(ctx, k.ID); err != nil || len(events) != 0 {
			t.Errorf("the trail of what was rolled back: %v, %v", events, err)
		}
	})
}
