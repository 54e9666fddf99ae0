package keystore

import (
	"errors"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func TestRotateKeepsAllButTheSecret(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ids, secrets := b.line(t, 2)
		b.clock.Advance(time.Hour)
		old, err := b.Get(t.Context(), ids[1])
		if err != nil {
			t.Fatal(err)
		}
		next, secret, err := b.Rotate(t.Context(), old.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := old
		want.ID, want.CreatedAt, want.LastUsedAt = next.ID, b.clock.Now(), time.Time{}
		if diff := cmp.Diff(want, next); diff != "" || next.ID == old.ID {
			t.Error(diff)
		}
		got, err := b.Verify(t.Context(), secret.Reveal())
		if err != nil || !got.ExpiresAt.Equal(old.ExpiresAt) || got.Parent != ids[0] {
			t.Errorf("the new key: %+v, %v", got, err)
		}
		refusedAs(t, "the old one", second(b.Verify(t.Context(), secrets[1])), apikey.ErrRevoked)
		refusedAs(t, "its child", second(b.Verify(t.Context(), secrets[2])), apikey.ErrRevoked)
		if named, err := b.ByName(t.Context(), old.Project, old.Name); err != nil || named.ID != next.ID {
			t.Errorf("the name leads to %v, %v", named.ID, err)
		}
		if _, _, err := b.Derive(t.Context(), next.ID, Spec{}); err != nil {
			t.Errorf("the new key is of the old one's generation: %v", err)
		}
	})
}

func TestRotateWithOverlap(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ids, secrets := b.line(t, 1)
		b.clock.Advance(2*time.Hour + 55*time.Minute)
		_, secret, err := b.Rotate(t.Context(), ids[0], time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for name, raw := range map[string]string{"the old": secrets[0], "its child": secrets[1], "the new": secret.Reveal()} {
			refusedAs(t, name, second(b.Verify(t.Context(), raw)), nil)
		}
		refusedAs(t, "rotating the old one again", third(b.Rotate(t.Context(), ids[0], 0)), apikey.ErrRevoked)
		refusedAs(t, "renewing it", second(b.Renew(t.Context(), ids[0])), apikey.ErrRevoked)
		b.clock.Advance(5 * time.Minute)
		for name, raw := range map[string]string{"the old": secrets[0], "its child": secrets[1], "the new": secret.Reveal()} {
			refusedAs(t, name+" at the old end", second(b.Verify(t.Context(), raw)), apikey.ErrExpired)
		}
	})
}

func TestRotateWaiting(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, _ := b.mint(t, Spec{ActivateWithin: time.Hour})
		b.clock.Advance(59 * time.Minute)
		next, secret, err := b.Rotate(t.Context(), k.ID, 0)
		if err != nil || !next.ActivateBy.Equal(k.ActivateBy) || !next.ActivatedAt.IsZero() {
			t.Fatalf("%+v, %v", next, err)
		}
		b.clock.Advance(time.Minute)
		refusedAs(t, "the new key at the old end", second(b.Verify(t.Context(), secret.Reveal())), apikey.ErrLapsed)
	})
}

func TestRotateRefuses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, _ := b.mint(t, Spec{ActivateWithin: time.Minute})
		var bad *SpecError
		if _, _, err := b.Rotate(t.Context(), k.ID, -1); !errors.As(err, &bad) || bad.Fields[0].Field != "overlap" {
			t.Errorf("a negative overlap: %v", err)
		}
		refusedAs(t, "a key that is not there", third(b.Rotate(t.Context(), uuid.New(), 0)), apikey.ErrNotFound)
		b.clock.Advance(time.Minute)
		refusedAs(t, "one that has lapsed", third(b.Rotate(t.Context(), k.ID, 0)), apikey.ErrLapsed)
		if n := b.count(t, "buildkey_keys"); n != 1 {
			t.Errorf("%d keys after refusals", n)
		}
	})
}
