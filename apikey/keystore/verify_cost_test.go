package keystore_test

import (
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

func TestVerifyIsOneStatement(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{"postgres": dbtest.PostgresDSN(t), "sqlite": dbtest.SQLiteDSN(t)} {
		t.Run(name, func(t *testing.T) {
			r, rec := recordedRig(t, name, dsn, keystore.Config{})
			k, secret := r.mint(t, keystore.Spec{Project: "1", Scopes: apikey.Scopes{"build:read", apikey.ScopeKeyCreate}})
			_, child, err := r.Derive(t.Context(), k.ID, keystore.Spec{})
			if err == nil {
				err = r.AddLink(t.Context(), keystore.LinkEdit{Project: "2", Direction: keystore.Inbound, Other: "1"})
			}
			if err != nil {
				t.Fatal(err)
			}
			rec.take()
			prepared := rec.prepares.Load()
			for _, row := range []struct {
				name string
				raw  string
				want int
			}{
				{"a first use", secret.Reveal(), 2},
				{"a second", secret.Reveal(), 1},
				{"the first use of a child", child.Reveal(), 2},
				{"a child", child.Reveal(), 1},
				{"garbage", "bk_garbage", 0},
			} {
				_, err := r.Verify(t.Context(), row.raw)
				if row.want > 0 && err != nil {
					t.Errorf("%s: %v", row.name, err)
				}
				if n := len(rec.take()); n != row.want {
					t.Errorf("%s costs %d statements, want %d", row.name, n, row.want)
				}
			}
			if n := rec.prepares.Load() - prepared; n != 1 {
				t.Errorf("%d statements were prepared, want 1", n)
			}
		})
	}
}
