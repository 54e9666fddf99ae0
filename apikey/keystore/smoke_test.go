package keystore

import (
	"errors"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
)

func TestSmoke(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		k, raw := b.mint(t, Spec{Build: "7", Scopes: apikey.Scopes{"buildkey:builder", "key:create"}})
		v, err := b.Verify(ctx, raw)
		if err != nil || v.ID != k.ID || v.ActivatedAt.IsZero() {
			t.Fatal(v, err)
		}
		if err := b.AddLink(ctx, LinkEdit{Project: "2", Direction: Inbound, Other: "1"}); err != nil {
			t.Fatal(err)
		}
		if err := b.SetLinkMode(ctx, "3", Open, ""); err != nil {
			t.Fatal(err)
		}
		if v, err = b.Verify(ctx, raw); err != nil || len(v.Links) != 2 {
			t.Fatal(v, err)
		}
		c, craw, err := b.Derive(ctx, k.ID, Spec{Scopes: apikey.Scopes{"build:read"}})
		if err != nil {
			t.Fatal(err)
		}
		if v, err = b.Verify(ctx, craw.Reveal()); err != nil || v.ID != c.ID {
			t.Fatal(v, err)
		}
		b.clock.Add(time.Hour)
		if v, err := b.Renew(ctx, k.ID); err != nil || !v.ExpiresAt.Equal(b.clock.Now().Add(3*time.Hour)) {
			t.Fatal(v, err)
		}
		h, err := b.Wrap(ctx, apikey.NewSecret(raw), 0)
		if err != nil {
			t.Fatal(err)
		}
		if sec, err := b.Unwrap(ctx, h.Reveal()); err != nil || sec.Reveal() != raw {
			t.Fatal(err)
		}
		n, nsec, err := b.Rotate(ctx, k.ID, time.Minute)
		if err != nil || n.Name != k.Name {
			t.Fatal(err)
		}
		if _, err := b.Verify(ctx, nsec.Reveal()); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Unwrap(ctx, h.Reveal()); !errors.Is(err, ErrHandleSpent) {
			t.Fatal(err)
		}
		if _, err := b.Verify(ctx, raw); !errors.Is(err, apikey.ErrRevoked) {
			t.Fatal(err)
		}
		if got, err := b.RevokeBuild(ctx, "7", 0); err != nil || got != 1 {
			t.Fatal(got, err)
		}
		if err := b.flush(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Get(ctx, n.ID); err != nil || got.LastUsedAt.IsZero() {
			t.Fatal(got, err)
		}
		if ev, err := b.Events(ctx, k.ID); err != nil || len(ev) < 5 {
			t.Fatal(ev, err)
		}
		if p, err := b.List(ctx, Filter{Project: "1", Build: "7", Dead: true}); err != nil || p.Total != 3 {
			t.Fatal(p, err)
		}
		if err := b.Delete(ctx, n.ID); err != nil {
			t.Fatal(err)
		}
		b.clock.Add(100 * time.Hour)
		if n, err := b.Purge(ctx, time.Hour); err != nil || n != 2 {
			t.Fatal(n, err)
		}
		if _, err := b.Links(ctx, "2"); err != nil {
			t.Fatal(err)
		}
		if err := b.RemoveLink(ctx, "2", Inbound, "1"); err != nil {
			t.Fatal(err)
		}
	})
}
