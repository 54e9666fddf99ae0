package keystore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// A key that was never used has lapsed, and its child goes on by its own clock.
// Who renews the child holds both, from the top down; who revokes the build must
// not hold the child and then wait for its dead parent.
func TestRevocationWaitsForNoDeadKey(t *testing.T) {
	t.Parallel()
	r := postgresRig(t, 4)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	root, rootSecret := r.mint(t, keystore.Spec{Project: "1", Build: "7", Scopes: apikey.Scopes{"build:read", apikey.ScopeKeyCreate}})
	_, err := r.Verify(ctx, rootSecret.Reveal())
	lapsing, _, err2 := r.Derive(ctx, root.ID, keystore.Spec{ActivateWithin: time.Hour})
	_, secret, err3 := r.Derive(ctx, lapsing.ID, keystore.Spec{})
	_, err4 := r.Verify(ctx, secret.Reveal())
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(2 * time.Hour)
	tx := r.db.MustBegin()
	defer tx.Rollback()
	tx.MustExec(`SELECT 1 FROM buildkey_keys WHERE id = $1 FOR SHARE`, lapsing.ID.String())
	if n, err := r.RevokeBuild(ctx, "7", 0); n != 2 || err != nil {
		t.Errorf("%d keys were revoked, %v; want the root and the child, and nobody waited for", n, err)
	}
	if _, err := r.Verify(ctx, secret.Reveal()); !errors.Is(err, apikey.ErrRevoked) {
		t.Errorf("the child: %v", err)
	}
}
