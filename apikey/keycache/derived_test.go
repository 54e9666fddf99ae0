package keycache_test

import (
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// TestAKeyWhoseParentLapses: nothing is written then and nobody reports it.
func TestAKeyWhoseParentLapses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		parent, _, err := w.store.Create(t.Context(), keystore.Spec{
			Project: "1", Scopes: apikey.Scopes{"build:read", "key:create"}, ActivateWithin: 3 * time.Second, // long enough for a busy machine
		})
		if err != nil {
			t.Fatal(err)
		}
		_, secret, err := w.store.Derive(t.Context(), parent.ID, keystore.Spec{Scopes: apikey.Scopes{"build:read"}})
		if err != nil {
			t.Fatal(err)
		}
		w.remember(t, secret.Reveal())
		w.until(t, "the parent has lapsed", func() bool { return !time.Now().Before(parent.ActivateBy) })
		if late := w.refusedIn(t, secret.Reveal()); late >= bound {
			t.Errorf("let in %v after its parent's lapse, the bound is %v", late, bound)
		}
	})
}
