package keystore_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// runningRig is one whose clock moves by a microsecond whenever it is asked, so
// that two activations cannot look like one.
func runningRig(t *testing.T) rig {
	t.Helper()
	var ticks atomic.Int64
	start := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
	db := dbtest.Postgres(t)
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(20)
	return newRig(t, db, keystore.Config{Now: func() time.Time {
		return start.Add(time.Duration(ticks.Add(1)) * time.Microsecond)
	}})
}

func TestThousandFirstUsesActivateOnce(t *testing.T) {
	t.Parallel()
	r := runningRig(t)
	born, secret := r.mint(t, keystore.Spec{Project: "1"})
	keys := make([]apikey.Key, 1000)
	atOnce(len(keys), func(i int) {
		var err error
		if keys[i], err = r.Verify(t.Context(), secret.Reveal()); err != nil {
			t.Errorf("use %d: %v", i, err)
		}
	})
	stored, err := r.Get(t.Context(), born.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !stored.ExpiresAt.Equal(stored.ActivatedAt.Add(keystore.DefaultTTL)) {
		t.Errorf("activated at %v, expires at %v", stored.ActivatedAt, stored.ExpiresAt)
	}
	for i, k := range keys {
		if !k.ActivatedAt.Equal(stored.ActivatedAt) || !k.ExpiresAt.Equal(stored.ExpiresAt) {
			t.Fatalf("use %d saw a clock that started at %v, and it started at %v", i, k.ActivatedAt, stored.ActivatedAt)
		}
	}
}

// A revocation among the first uses wins: those that follow are refused, and a use
// that was admitted saw the one activation there was.
func TestRevocationRacesFirstUse(t *testing.T) {
	t.Parallel()
	r := runningRig(t)
	for range soak(40, 1000) {
		born, secret := r.mint(t, keystore.Spec{Project: "1"})
		var mu sync.Mutex
		admitted := map[time.Time]bool{}
		atOnce(10, func(i int) {
			if i == 5 {
				if err := r.Revoke(t.Context(), born.ID, 0); err != nil {
					t.Error(err)
				}
				if _, err := r.Verify(t.Context(), secret.Reveal()); !errors.Is(err, apikey.ErrRevoked) {
					t.Errorf("after the revocation: %v", err)
				}
				return
			}
			k, err := r.Verify(t.Context(), secret.Reveal())
			if err != nil && !errors.Is(err, apikey.ErrRevoked) {
				t.Error(err)
			}
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				admitted[k.ActivatedAt] = true
			}
		})
		stored, err := r.Get(t.Context(), born.ID)
		if err != nil || stored.RevokedAt.IsZero() {
			t.Fatalf("the revocation was lost: %v", err)
		}
		if len(admitted) > 1 || len(admitted) == 1 && !admitted[stored.ActivatedAt] {
			t.Errorf("activations seen: %v, stored: %v", admitted, stored.ActivatedAt)
		}
	}
}
