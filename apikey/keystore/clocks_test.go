package keystore

import (
	"errors"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
)

// Two servers on one database whose clocks differ by a minute: a revocation by
// either counts for both at once, for what descends from the key, too.
func TestClocksThatDiffer(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ahead := func() time.Time { return b.clock.Now().Add(time.Minute) }
		other := newBench(t, b.db, Config{Now: ahead})
		for name, row := range map[string]struct{ revokes, verifies bench }{
			"the one ahead revokes":  {other, b},
			"the one behind revokes": {b, other},
		} {
			k, raw := b.mint(t, Spec{Scopes: apikey.Scopes{"build:read", "key:create"}})
			for _, store := range []bench{b, other} {
				if _, err := store.Verify(t.Context(), raw); err != nil {
					t.Fatalf("%s: before: %v", name, err)
				}
			}
			_, child, err := b.Derive(t.Context(), k.ID, Spec{Scopes: apikey.Scopes{"build:read"}})
			if err != nil {
				t.Fatal(err)
			}
			if err := row.revokes.Revoke(t.Context(), k.ID, 0); err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{raw, child.Reveal()} {
				if _, err := row.verifies.Verify(t.Context(), secret); !errors.Is(err, apikey.ErrRevoked) {
					t.Errorf("%s: %v, want %v", name, err, apikey.ErrRevoked)
				}
			}
		}
	})
}

// A key that was revoked at once stays so, when a server whose clock is behind then
// revokes it with grace.
func TestAtOnceStaysThroughALaterGrace(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ahead := newBench(t, b.db, Config{Now: func() time.Time { return b.clock.Now().Add(time.Minute) }})
		k, raw := b.mint(t, Spec{})
		b.use(t, raw)
		refusedAs(t, "revoke at once", ahead.Revoke(t.Context(), k.ID, 0), nil)
		refusedAs(t, "then", second(b.Verify(t.Context(), raw)), apikey.ErrRevoked)
		refusedAs(t, "revoke with grace", b.Revoke(t.Context(), k.ID, 30*time.Second), nil)
		refusedAs(t, "after it", second(b.Verify(t.Context(), raw)), apikey.ErrRevoked)
	})
}
