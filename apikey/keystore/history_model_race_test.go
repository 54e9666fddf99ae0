package keystore_test

import (
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
)

// period is the instants between which something happened.
type period struct{ from, to time.Time }

func (p period) later(d time.Duration) period { return period{p.from.Add(d), p.to.Add(d)} }

// node is a key of a history, and what the answers tell of it.
type node struct {
	key         apikey.Key // as it was minted
	raw         string
	ttl, maxTTL time.Duration
	parent      *node // it was derived from
	old         *node // it was rotated from
	born        int   // the round

	activated, expires time.Time // the clock as every answer must tell it; the latest expiry
	revoked            period    // from: not before; to: not after; zero: never, or not for certain
	deleted, rotated   bool
	lastUse            period
	seenDead           bool
}

// end is when the key's own time is over.
func (n *node) end() time.Time {
	if n.expires.IsZero() {
		return n.key.ActivateBy
	}
	return n.expires
}

// revoke notes a revocation that takes effect within p; without certainty it may
// not have found the key.
func (n *node) revoke(p period, certain bool) {
	if n.revoked.from.IsZero() || p.from.Before(n.revoked.from) {
		n.revoked.from = p.from
	}
	if certain && (n.revoked.to.IsZero() || p.to.Before(n.revoked.to)) {
		n.revoked.to = p.to
	}
}

// ended tells whether somebody has revoked the key for certain, if with a grace.
func (n *node) ended() bool { return n.deleted || !n.revoked.to.IsZero() }

// mustBeDead tells whether the key cannot be alive.
func (n *node) mustBeDead(now time.Time) bool {
	return n.deleted || n.seenDead || !n.end().After(now) ||
		!n.revoked.to.IsZero() && !n.revoked.to.After(now) ||
		n.parent != nil && n.parent.mustBeDead(now)
}

// mustLive tells whether nothing can have ended the key.
func (n *node) mustLive(now time.Time) bool {
	return !n.deleted && !n.seenDead && n.end().After(now) &&
		(n.revoked.from.IsZero() || n.revoked.from.After(now)) &&
		(n.parent == nil || n.parent.mustLive(now))
}

// saw compares an answer of during with those before, and remembers it.
func (n *node) saw(t *testing.T, k apikey.Key, during period) {
	t.Helper()
	switch {
	case k.ActivatedAt.IsZero():
		return
	case n.activated.IsZero():
		inherited := n.old != nil && k.ActivatedAt.Equal(n.old.activated)
		if !inherited && (k.ActivatedAt.Before(during.from) || k.ActivatedAt.After(during.to)) {
			t.Errorf("key %s was activated at %v, not in %v", n.key.ID, k.ActivatedAt, during)
		}
		n.activated = k.ActivatedAt
	case !n.activated.Equal(k.ActivatedAt):
		t.Errorf("key %s was activated at %v, and then at %v", n.key.ID, n.activated, k.ActivatedAt)
	}
	if k.ExpiresAt.After(n.longest(during.to)) {
		t.Errorf("the life of key %s was extended to %v by %v, beyond what its lease allows", n.key.ID, k.ExpiresAt, during.to)
	}
	if k.ExpiresAt.After(n.expires) {
		n.expires = k.ExpiresAt
	}
}

// longest is the latest expiry that the key can have been given by now.
func (n *node) longest(now time.Time) time.Time {
	most, renewed := n.activated.Add(n.maxTTL), now.Add(n.ttl)
	if renewed.Before(most) {
		most = renewed
	}
	if n.expires.After(most) {
		return n.expires
	}
	return most
}

// used verifies the key and remembers what was seen.
func (n *node) used(t *testing.T, r rig, during period) error {
	t.Helper()
	k, err := r.Verify(t.Context(), n.raw)
	if err == nil {
		n.saw(t, k, during)
		n.lastUse = during
	}
	return err
}
