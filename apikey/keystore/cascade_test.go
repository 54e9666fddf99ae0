package keystore

import (
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// line is a key with a child, a grandchild and so on, all used.
func (b bench) line(t *testing.T, generations int) (ids []uuid.UUID, secrets []string) {
	t.Helper()
	k, raw := b.mint(t, Spec{Scopes: apikey.Scopes{"build:*", "key:create"}})
	ids, secrets = []uuid.UUID{k.ID}, []string{raw}
	for range generations {
		child, secret, err := b.Derive(t.Context(), ids[len(ids)-1], Spec{})
		if err != nil {
			t.Fatal(err)
		}
		ids, secrets = append(ids, child.ID), append(secrets, secret.Reveal())
	}
	for _, raw := range secrets {
		b.use(t, raw)
	}
	return ids, secrets
}

func TestRevokeReachesEveryGeneration(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for from := range maxDepth + 1 {
			ids, secrets := b.line(t, maxDepth)
			if err := b.Revoke(t.Context(), ids[from], time.Minute); err != nil {
				t.Fatal(err)
			}
			end := b.clock.Now().Add(time.Minute)
			for i, id := range ids {
				k, err := b.Get(t.Context(), id)
				if below := i >= from; err != nil || k.RevokedAt.Equal(end) != below {
					t.Errorf("generation %d revoked: generation %d ends at %v, %v", from, i, k.RevokedAt, err)
				}
			}
			b.clock.Advance(time.Minute)
			for i, raw := range secrets {
				var want error
				if i >= from {
					want = apikey.ErrRevoked
				}
				refusedAs(t, "verification", second(b.Verify(t.Context(), raw)), want)
			}
		}
	})
}

// What no cascade reached still does not verify: the ancestors are looked at.
func TestDeadAncestors(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for above := range maxDepth {
			for name, statement := range map[string]string{
				"revoked": `UPDATE buildkey_keys SET revoked_at = 1 WHERE id = ?`,
				"expired": `UPDATE buildkey_keys SET expires_at = 1 WHERE id = ?`,
				"gone":    `DELETE FROM buildkey_keys WHERE id = ?`,
			} {
				ids, secrets := b.line(t, maxDepth)
				if _, err := b.db.Exec(b.text(statement), ids[above].String()); err != nil {
					t.Fatal(err)
				}
				for i, raw := range secrets {
					if i != above {
						var want error
						if i > above {
							want = apikey.ErrRevoked
						}
						refusedAs(t, name, second(b.Verify(t.Context(), raw)), want)
					}
				}
				refusedAs(t, "deriving below one that is "+name, third(b.Derive(t.Context(), ids[maxDepth-1], Spec{})), deriveError(above, name))
				refusedAs(t, "renewing below one that is "+name, second(b.Renew(t.Context(), ids[maxDepth])), apikey.ErrRevoked)
				refusedAs(t, "rotating below one that is "+name, third(b.Rotate(t.Context(), ids[maxDepth], 0)), apikey.ErrRevoked)
			}
		}
	})
}

// deriveError is what deriving from the last but one generation says, when the
// one above is in that state.
func deriveError(above int, name string) error {
	switch {
	case above < maxDepth-1 || name == "revoked":
		return apikey.ErrRevoked
	case name == "gone":
		return apikey.ErrNotFound
	}
	return apikey.ErrExpired
}

// A revocation of a build reaches all that descends from its keys, and spares the
// parent that is attached to less.
func TestRevokeBuildSparesTheParent(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		parent, parentRaw := b.mint(t, Spec{Scopes: apikey.Scopes{"build:*", "key:create"}})
		child, childRaw, err := b.Derive(t.Context(), parent.ID, Spec{Build: "7"})
		if err != nil {
			t.Fatal(err)
		}
		grandchild, raw, err := b.Derive(t.Context(), child.ID, Spec{Scopes: apikey.Scopes{"build:read"}})
		if err != nil || grandchild.Build != "7" {
			t.Fatal(grandchild.Build, err)
		}
		if n, err := b.RevokeBuild(t.Context(), "7", 0); err != nil || n != 2 {
			t.Errorf("revoked %d, %v; want 2", n, err)
		}
		refusedAs(t, "the parent", second(b.Verify(t.Context(), parentRaw)), nil)
		refusedAs(t, "the child", second(b.Verify(t.Context(), childRaw.Reveal())), apikey.ErrRevoked)
		refusedAs(t, "the grandchild", second(b.Verify(t.Context(), raw.Reveal())), apikey.ErrRevoked)
	})
}

func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ids, secrets := b.line(t, 2)
		handle, err := b.Wrap(t.Context(), apikey.NewSecret(secrets[1]), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Delete(t.Context(), ids[1]); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, "the parent", second(b.Verify(t.Context(), secrets[0])), nil)
		refusedAs(t, "the deleted", second(b.Verify(t.Context(), secrets[1])), apikey.ErrUnknown)
		refusedAs(t, "its child", second(b.Verify(t.Context(), secrets[2])), apikey.ErrRevoked)
		refusedAs(t, "its record", second(b.Get(t.Context(), ids[1])), apikey.ErrNotFound)
		refusedAs(t, "its handle", second(b.Unwrap(t.Context(), handle.Reveal())), ErrHandleUnknown)
		refusedAs(t, "deleting twice", b.Delete(t.Context(), ids[1]), apikey.ErrNotFound)
		if k, err := b.Get(t.Context(), ids[2]); err != nil || k.RevokedAt.IsZero() {
			t.Errorf("its child is revoked at %v, %v", k.RevokedAt, err)
		}
		events, err := b.Events(t.Context(), ids[1])
		if err != nil || len(events) != 4 || events[3].Kind != "delete" {
			t.Errorf("its story: %+v, %v", events, err)
		}
	})
}
