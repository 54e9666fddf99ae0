package keystore_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

func lines(story []string) string { return "\t" + strings.Join(story, "\n\t") }

// grace is the next one of the history's turn.
func (h *history) grace() time.Duration {
	return []time.Duration{0, 0, 30 * time.Second, 2 * time.Hour}[h.number%4]
}

func opRevoke(t *testing.T, h *history, n *node, during period) (func(), error) {
	grace := h.grace()
	err := h.Revoke(t.Context(), n.key.ID, grace)
	h.refusedFor(t, "revoke", n, err, apikey.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return func() { n.revoke(during.later(grace), true) }, nil
}

func opRevokeSecret(t *testing.T, h *history, n *node, during period) (func(), error) {
	err := h.RevokeSecret(t.Context(), n.raw)
	h.refusedFor(t, "revoke by secret", n, err, apikey.ErrUnknown)
	if err != nil {
		return nil, err
	}
	return func() {
		n.seenDead = true // if by the death of a key above it, which leaves no note
		n.revoke(during, n.parent == nil)
	}, nil
}

func opRevokeBuild(t *testing.T, h *history, n *node, during period) (func(), error) {
	grace := h.grace()
	_, err := h.RevokeBuild(t.Context(), n.key.Build, grace)
	h.refusedFor(t, "revoke the build of", n, err)
	number := h.number
	return func() {
		for _, n := range h.nodes {
			// One that was minted meanwhile may have come later; one in the place of
			// an older key may not have slipped through.
			root := n
			for root.old != nil {
				root = root.old
			}
			n.revoke(during.later(grace), root.born < number && n.end().After(during.to))
		}
	}, err
}

func opDelete(t *testing.T, h *history, n *node, during period) (func(), error) {
	err := h.Delete(t.Context(), n.key.ID)
	h.refusedFor(t, "delete", n, err, apikey.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return func() {
		n.deleted = true
		n.revoke(during, true)
	}, nil
}

func opPurge(t *testing.T, h *history, n *node, _ period) (func(), error) {
	_, err := h.Purge(t.Context(), 30*time.Minute)
	h.refusedFor(t, "purge beside", n, err)
	return nil, err
}

func opFlush(t *testing.T, h *history, n *node, _ period) (func(), error) {
	err := h.flush(t.Context())
	h.refusedFor(t, "write the uses beside", n, err)
	return nil, err
}

func opUnwrap(t *testing.T, h *history, _ *node, during period) (func(), error) {
	n := h.nodes[0]
	secret, err := h.Unwrap(t.Context(), h.handle)
	h.refusedFor(t, "unwrap", n, err, keystore.ErrHandleSpent, keystore.ErrHandleUnknown, apikey.ErrInvalid)
	return func() {
		switch {
		case err == nil:
			if h.opened++; h.opened > 1 || secret.Reveal() != n.raw {
				h.fail(t, "the handle was opened %d times", h.opened)
			}
		case errors.Is(err, keystore.ErrHandleSpent):
			n.revoke(during, true)
		}
	}, err
}

// check looks at the keys of which something is certain, between the rounds.
func (h *history) check(t *testing.T, now time.Time) {
	for _, n := range h.nodes {
		dead := n.mustBeDead(now)
		if !dead && n.activated.IsZero() {
			continue // it goes on waiting
		}
		lives := n.mustLive(now)
		err := n.used(t, h.rig, period{now, now})
		h.refusedFor(t, "verify", n, err, apikey.ErrUnknown, apikey.ErrRevoked, apikey.ErrExpired, apikey.ErrLapsed)
		if dead && err == nil {
			h.fail(t, "at %v the dead key %s verifies", now, n.key.ID)
		}
		if lives && err != nil {
			h.fail(t, "at %v the living key %s does not verify: %v", now, n.key.ID, err)
		}
		n.seenDead = n.seenDead || err != nil
	}
}

// compare looks for updates that were lost.
func (h *history) compare(t *testing.T, now time.Time) {
	for _, n := range h.nodes {
		k, err := h.Get(t.Context(), n.key.ID)
		h.refusedFor(t, "get", n, err, apikey.ErrNotFound)
		if err != nil {
			if n.mustLive(now) {
				h.fail(t, "the living key %s was purged", n.key.ID)
			}
			continue
		}
		if n.deleted {
			h.fail(t, "the deleted key %s is back", n.key.ID)
		}
		if !k.ActivatedAt.Equal(n.activated) || !k.ExpiresAt.Equal(n.expires) {
			h.fail(t, "key %s is stored with %v and %v; want %v and %v", n.key.ID, k.ActivatedAt, k.ExpiresAt, n.activated, n.expires)
		}
		h.compareEnd(t, n, k)
		h.compareUse(t, n, k)
		h.compareName(t, n, now)
	}
	h.check(t, now)
}

func (h *history) compareEnd(t *testing.T, n *node, k apikey.Key) {
	t.Helper()
	if to := n.revoked.to; !to.IsZero() && to.Before(n.end()) && (k.RevokedAt.IsZero() || k.RevokedAt.After(to)) {
		h.fail(t, "the revocation of %s by %v is stored as %v", n.key.ID, to, k.RevokedAt)
	}
	first := n.revoked.from
	for a := n.parent; a != nil; a = a.parent {
		if from := a.revoked.from; !from.IsZero() && (first.IsZero() || from.Before(first)) {
			first = from
		}
	}
	if !k.RevokedAt.IsZero() && (first.IsZero() || k.RevokedAt.Before(first)) {
		h.fail(t, "key %s is stored as revoked at %v, before anybody asked for it", n.key.ID, k.RevokedAt)
	}
}

// compareUse holds the last use to its rule: written at most once a minute.
func (h *history) compareUse(t *testing.T, n *node, k apikey.Key) {
	t.Helper()
	use := n.lastUse
	if use.to.IsZero() {
		return
	}
	if !k.LastUsedAt.After(use.from.Add(-time.Minute)) || k.LastUsedAt.After(use.to) {
		h.fail(t, "key %s was last used in %v, and %v is stored", n.key.ID, use, k.LastUsedAt)
	}
}

// compareName looks a living key up by its name, which rotation moved.
func (h *history) compareName(t *testing.T, n *node, now time.Time) {
	t.Helper()
	if !n.mustLive(now) || !n.revoked.from.IsZero() {
		return
	}
	if k, err := h.ByName(t.Context(), n.key.Project, n.key.Name); err != nil || k.ID != n.key.ID {
		h.fail(t, "the name of key %s finds %v, %v", n.key.ID, k.ID, err)
	}
}

func (h *history) allDead(t *testing.T) {
	for _, n := range h.nodes {
		if _, err := h.Verify(t.Context(), n.raw); !errors.Is(err, apikey.ErrInvalid) {
			h.fail(t, "key %s outlived its lease: %v", n.key.ID, err)
		}
	}
}
