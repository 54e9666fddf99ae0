package keycache_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// wrong is a clock that is wrong by as much as it holds.
type wrong struct{ by atomic.Int64 }

func (c *wrong) now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// twoServers are servers on the database of w, one a minute ahead of it and the
// other a minute behind.
func twoServers(t *testing.T, w *world) (ahead, behind *world, slow *wrong) {
	t.Helper()
	var fast wrong
	fast.by.Store(int64(time.Minute))
	slow = new(wrong)
	slow.by.Store(int64(-time.Minute))
	cfg := w.cfg
	cfg.Now = fast.now
	ahead = newWorld(t, w.db, cfg)
	cfg.Now = slow.now
	behind = newWorld(t, w.db, cfg)
	return ahead, behind, slow
}

// A revocation has no time: whichever server revokes, whichever minted, a key that
// both remember is refused by both within the bound.
func TestRevocationsBetweenClocksThatDiffer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ahead, behind, _ := twoServers(t, w)
		for name, row := range map[string]struct{ mints, revokes, refuses *world }{
			"the one ahead revokes":               {behind, ahead, behind},
			"the one ahead revokes what it made":  {ahead, ahead, behind},
			"the one behind revokes":              {ahead, behind, ahead},
			"the one behind revokes what it made": {behind, behind, ahead},
		} {
			k, raw := row.mints.warm(t, keystore.Spec{Project: "1"})
			ahead.remember(t, raw)
			behind.remember(t, raw)
			if err := row.revokes.store.Revoke(t.Context(), k.ID, 0); err != nil {
				t.Fatal(err)
			}
			if late := row.refuses.refusedIn(t, raw); late >= bound {
				t.Errorf("%s: let in %v later, the bound is %v", name, late, bound)
			}
			if _, err := row.revokes.cache.Verify(t.Context(), raw); !errors.Is(err, apikey.ErrRevoked) {
				t.Errorf("%s, and says itself: %v", name, err)
			}
		}
	})
}

// An expiry is a time, and each server asks its own clock: one that is two minutes
// ahead of another ends a key's life two minutes earlier.
func TestExpiryBetweenClocksThatDiffer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ahead, behind, slow := twoServers(t, w)
		_, raw := behind.warm(t, keystore.Spec{Project: "1", TTL: 100 * time.Second})
		if _, err := ahead.cache.Verify(t.Context(), raw); !errors.Is(err, apikey.ErrExpired) {
			t.Errorf("the server ahead says: %v", err)
		}
		slow.by.Add(int64(98 * time.Second))
		behind.remember(t, raw)
		behind.until(t, "the key expires there", func() bool {
			now := slow.now()
			k, err := behind.cache.Verify(t.Context(), raw)
			if err == nil && !now.Before(k.ExpiresAt) {
				t.Fatalf("let in %v after its time by that server's clock", now.Sub(k.ExpiresAt))
			}
			if err != nil && !errors.Is(err, apikey.ErrExpired) {
				t.Fatal(err)
			}
			return err != nil
		})
	})
}
