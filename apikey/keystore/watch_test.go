package keystore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// watched returns what the watchers were told since it was last called.
func (r rig) watched() func() []uuid.UUID {
	var told []uuid.UUID
	r.Watch(func(id uuid.UUID) { told = append(told, id) })
	return func() []uuid.UUID {
		ids := told
		told = nil
		return ids
	}
}

// A cache is told which keys a change is about, and of all keys only where the store
// cannot know: it would have to read every key again.
func TestWatchTellsWhichKeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		r, ctx := newRig(t, db, keystore.Config{}), t.Context()
		spec := keystore.Spec{Project: "1", Scopes: apikey.Scopes{"build:read", apikey.ScopeKeyCreate}}
		a, secret := r.mint(t, spec)
		b, _ := r.mint(t, spec)
		if _, err := r.Verify(ctx, secret.Reveal()); err != nil {
			t.Fatal(err)
		}
		below, _, err := r.Derive(ctx, a.ID, keystore.Spec{})
		if err != nil {
			t.Fatal(err)
		}
		told := r.watched()
		for _, row := range []struct {
			name string
			do   func() error
			want []uuid.UUID
		}{
			{"create", func() error { _, _, err := r.Create(ctx, spec); return err }, nil},
			{"wrap", func() error { return failed(r.Wrap(ctx, secret, 0)) }, nil},
			{"renew", func() error { return failed(r.Renew(ctx, a.ID)) }, []uuid.UUID{a.ID}},
			{"delete", func() error { return r.Delete(ctx, a.ID) }, []uuid.UUID{a.ID, below.ID, a.ID}},
			{"a link", func() error { return r.SetLinkMode(ctx, "1", keystore.Open, "") }, []uuid.UUID{uuid.Nil}},
			{"a transaction of the caller's", func() error { return r.rolledBack(t, b.ID) }, nil},
			{"revoke", func() error { return r.Revoke(ctx, b.ID, 0) }, []uuid.UUID{b.ID}},
		} {
			if err := row.do(); err != nil {
				t.Fatalf("%s: %v", row.name, err)
			}
			if diff := cmp.Diff(row.want, told()); diff != "" {
				t.Errorf("%s tells of other keys\n%s", row.name, diff)
			}
		}
	})
}

func (r rig) rolledBack(t *testing.T, id uuid.UUID) error {
	tx, err := r.db.BeginTxx(t.Context(), nil)
	if err != nil {
		return err
	}
	if err := r.In(tx).Revoke(t.Context(), id, 0); err != nil {
		return err
	}
	return tx.Rollback()
}
