package keystore

import (
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

func TestRenew(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, raw := b.mint(t, Spec{TTL: 3 * time.Hour, MaxTTL: 7 * time.Hour})
		if got, err := b.Renew(t.Context(), k.ID); err != nil || !got.ExpiresAt.IsZero() {
			t.Errorf("one that waits: until %v, %v; want nothing changed", got.ExpiresAt, err)
		}
		b.use(t, raw)
		start := b.clock.Now()
		for _, row := range []struct {
			name        string
			after, want time.Duration
		}{
			{"at once", 0, 3 * time.Hour},
			{"after two hours", 2 * time.Hour, 5 * time.Hour},
			{"up to max_ttl", 4*time.Hour + 1*time.Minute, 7 * time.Hour},
			{"not past it", 6*time.Hour + 59*time.Minute, 7 * time.Hour},
		} {
			b.clock.Advance(row.after - b.clock.Now().Sub(start))
			got, err := b.Renew(t.Context(), k.ID)
			if end := start.Add(row.want); err != nil || !got.ExpiresAt.Equal(end) {
				t.Errorf("%s: until %v, %v; want %v", row.name, got.ExpiresAt, err, end)
			}
		}
		b.clock.Advance(time.Minute)
		refusedAs(t, "at its end", second(b.Renew(t.Context(), k.ID)), apikey.ErrExpired)
	})
}

func TestRenewStaysInsideTheParent(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ids, _ := b.line(t, 1)
		b.clock.Advance(2 * time.Hour)
		child, err := b.Renew(t.Context(), ids[1])
		if end := b.clock.Now().Add(time.Hour); err != nil || !child.ExpiresAt.Equal(end) {
			t.Errorf("the child until %v, %v; want its parent's %v", child.ExpiresAt, err, end)
		}
		parent, err := b.Renew(t.Context(), ids[0])
		if err != nil {
			t.Fatal(err)
		}
		if child, err = b.Renew(t.Context(), ids[1]); err != nil || !child.ExpiresAt.Equal(parent.ExpiresAt) {
			t.Errorf("after its parent: until %v, %v; want %v", child.ExpiresAt, err, parent.ExpiresAt)
		}
	})
}

func TestRenewRefuses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		refusedAs(t, "a key that is not there", second(b.Renew(t.Context(), uuid.New())), apikey.ErrNotFound)
		waiting, _ := b.mint(t, Spec{ActivateWithin: time.Minute})
		graced, raw := b.mint(t, Spec{})
		b.use(t, raw)
		if err := b.Revoke(t.Context(), graced.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Minute)
		refusedAs(t, "one that has lapsed", second(b.Renew(t.Context(), waiting.ID)), apikey.ErrLapsed)
		refusedAs(t, "one in its grace", second(b.Renew(t.Context(), graced.ID)), apikey.ErrRevoked)
	})
}
