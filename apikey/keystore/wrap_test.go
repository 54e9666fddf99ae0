package keystore

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// wrapped mints a key and wraps it.
func (b bench) wrapped(t *testing.T, spec Spec) (id uuid.UUID, raw, handle string) {
	t.Helper()
	k, raw := b.mint(t, spec)
	h, err := b.Wrap(t.Context(), apikey.NewSecret(raw), 0)
	if err != nil {
		t.Fatal(err)
	}
	return k.ID, raw, h.Reveal()
}

func TestUnwrapOnce(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		id, raw, handle := b.wrapped(t, Spec{Scopes: apikey.Scopes{"build:*", "key:create"}})
		if secret, err := b.Unwrap(ctx, handle); err != nil || secret.Reveal() != raw {
			t.Fatalf("the secret comes back changed, or %v", err)
		}
		if k, err := b.Get(ctx, id); err != nil || !k.ActivatedAt.IsZero() {
			t.Errorf("opening started the clock: %v, %v", k.ActivatedAt, err)
		}
		_, child, err := b.Derive(ctx, id, Spec{})
		if err != nil {
			t.Fatal(err)
		}
		refusedAs(t, "before the second", second(b.Verify(ctx, raw)), nil)
		b.clock.Advance(time.Hour) // long after the handle's own end
		for range 2 {
			secret, err := b.Unwrap(ctx, handle)
			refusedAs(t, "the second", err, ErrHandleSpent)
			if !secret.IsZero() {
				t.Error("a secret beside an error")
			}
			refusedAs(t, "the key then", second(b.Verify(ctx, raw)), apikey.ErrRevoked)
			refusedAs(t, "its child", second(b.Verify(ctx, child.Reveal())), apikey.ErrRevoked)
		}
	})
}

func TestUnwrapTooLate(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw, handle := b.wrapped(t, Spec{})
		b.clock.Advance(10 * time.Minute)
		for range 2 {
			refusedAs(t, "at its end", second(b.Unwrap(t.Context(), handle)), ErrHandleSpent)
			refusedAs(t, "the key lives on", second(b.Verify(t.Context(), raw)), nil)
		}
	})
}

func TestUnwrapDeadKey(t *testing.T) {
	for _, row := range []struct {
		name string
		kill func(*testing.T, bench, uuid.UUID)
		want error
	}{
		{"revoked", func(t *testing.T, b bench, id uuid.UUID) { refusedAs(t, "", b.Revoke(t.Context(), id, 0), nil) }, apikey.ErrRevoked},
		{"lapsed", func(t *testing.T, b bench, id uuid.UUID) { b.clock.Advance(5 * time.Minute) }, apikey.ErrLapsed},
		{"gone", func(t *testing.T, b bench, id uuid.UUID) {
			if _, err := b.db.Exec(`DELETE FROM buildkey_keys`); err != nil {
				t.Fatal(err)
			}
		}, apikey.ErrUnknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			each(t, func(t *testing.T, b bench) {
				id, _, handle := b.wrapped(t, Spec{ActivateWithin: 5 * time.Minute})
				row.kill(t, b, id)
				refusedAs(t, "the handle of a key that is "+row.name, second(b.Unwrap(t.Context(), handle)), row.want)
				refusedAs(t, "again", second(b.Unwrap(t.Context(), handle)), ErrHandleSpent)
				if n := b.count(t, "buildkey_handles WHERE sealed IS NOT NULL"); n != 0 {
					t.Error("the sealed secret is still there")
				}
			})
		})
	}
}

func TestUnwrapUnknown(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		id, raw, handle := b.wrapped(t, Spec{})
		other, err := b.handles.Mint(id, zeros{})
		if err != nil {
			t.Fatal(err)
		}
		for name, handle := range map[string]string{
			"nothing": "", "a key": raw, "a typo": handle[:20] + "!" + handle[21:], "one nobody made": other.Reveal(),
		} {
			refusedAs(t, name, second(b.Unwrap(t.Context(), handle)), ErrHandleUnknown)
		}
		refusedAs(t, "the right one after these", second(b.Unwrap(t.Context(), handle)), nil)
	})
}

func TestWrapRefuses(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		k, raw := b.mint(t, Spec{})
		wrong := b.forge(t, k.ID)
		nobody := b.forge(t, uuid.New())
		refusedAs(t, "the zero secret", second(b.Wrap(ctx, apikey.Secret{}, 0)), apikey.ErrMalformed)
		refusedAs(t, "a wrong secret", second(b.Wrap(ctx, wrong, 0)), apikey.ErrUnknown)
		refusedAs(t, "a key that is not there", second(b.Wrap(ctx, nobody, 0)), apikey.ErrUnknown)
		var bad *SpecError
		for _, within := range []time.Duration{-1, 1, 24*time.Hour + 1} {
			if _, err := b.Wrap(ctx, apikey.NewSecret(raw), within); !errors.As(err, &bad) || bad.Fields[0].Field != "within" {
				t.Errorf("for %v: %v", within, err)
			}
		}
		b.clock.Advance(24 * time.Hour)
		refusedAs(t, "one that has lapsed", second(b.Wrap(ctx, apikey.NewSecret(raw), 0)), apikey.ErrLapsed)
		if n := b.count(t, "buildkey_handles"); n != 0 {
			t.Errorf("%d handles after refusals", n)
		}
	})
}

func TestUnwrapRace(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw, handle := b.wrapped(t, Spec{})
		var group sync.WaitGroup
		results := make([]error, 20)
		for i := range results {
			group.Go(func() { results[i] = second(b.Unwrap(t.Context(), handle)) })
		}
		group.Wait()
		opened := 0
		for _, err := range results {
			if err == nil {
				opened++
			} else {
				refusedAs(t, "one of the others", err, ErrHandleSpent)
			}
		}
		if opened != 1 {
			t.Errorf("%d of %d opened it", opened, len(results))
		}
		refusedAs(t, "the key then", second(b.Verify(t.Context(), raw)), apikey.ErrRevoked)
	})
}

func TestSealIsBoundToItsKey(t *testing.T) {
	t.Parallel()
	id, secret := uuid.New(), apikey.NewSecret("bk_secret")
	sealed, err := seal("part", id, secret)
	if err != nil || bytes.Contains(sealed, []byte("secret")) {
		t.Fatalf("sealed as %x, %v", sealed, err)
	}
	altered := bytes.Clone(sealed)
	altered[len(altered)-1] ^= 1
	for _, row := range []struct {
		name   string
		part   string
		id     uuid.UUID
		sealed []byte
	}{
		{"another handle", "Part", id, sealed},
		{"another key", "part", uuid.New(), sealed},
		{"a changed bit", "part", id, altered},
		{"a part of it", "part", id, sealed[:len(sealed)-1]},
		{"nothing", "part", id, nil},
	} {
		if got, err := unseal(row.part, row.id, row.sealed); err == nil || !got.IsZero() || strings.Contains(err.Error(), "bk_") {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if got, err := unseal("part", id, sealed); err != nil || got.Reveal() != "bk_secret" {
		t.Errorf("unsealed %q, %v", got.Reveal(), err)
	}
}
