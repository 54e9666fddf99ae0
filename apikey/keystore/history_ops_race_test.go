package keystore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// history is a family of keys in a project of its own.
type history struct {
	rig
	name   string
	rand   *rand.Rand
	number int // of the round

	mu     sync.Mutex // held to note what was answered
	nodes  []*node
	handle string // of the first key's secret
	opened int
	story  []string
}

// operation is a call that is made while others are, and the notes that follow
// from its answer.
type operation func(t *testing.T, h *history, n *node, during period) (note func(), err error)

var operations = []struct {
	name   string
	weight int
	ends   bool // at most one of these a round
	do     operation
}{
	{"verify", 8, false, opVerify},
	{"renew", 5, false, opRenew},
	{"rotate", 4, false, opRotate},
	{"derive", 5, false, opDerive},
	{"create", 2, false, opCreate},
	{"flush", 2, false, opFlush},
	{"unwrap", 1, false, opUnwrap},
	{"purge", 1, true, opPurge},
	{"revoke", 5, true, opRevoke},
	{"revoke by secret", 1, true, opRevokeSecret},
	{"revoke build", 4, true, opRevokeBuild},
	{"delete", 1, true, opDelete},
}

// round makes a few calls at once, on keys that were there before.
func (h *history) round(t *testing.T, during period, tick func()) {
	h.number++
	before := h.nodes
	type call struct {
		which, spins int
		n            *node
	}
	calls, ended := make([]call, opsARound), false
	for i := range calls {
		which := h.pick()
		for operations[which].ends && ended {
			which = h.pick()
		}
		ended = ended || operations[which].ends
		calls[i] = call{which, h.rand.IntN(50), before[max(0, len(before)-1-h.rand.IntN(3))]}
	}
	// What a renewed child may have is told by its parent, which is noted first.
	slices.SortStableFunc(calls, func(a, b call) int { return a.n.born - b.n.born })
	notes := make([]func(), opsARound)
	atOnce(opsARound+1, func(i int) {
		if i == opsARound {
			tick()
			return
		}
		c := calls[i]
		for range c.spins {
			runtime.Gosched()
		}
		note, err := operations[c.which].do(t, h, c.n, during)
		notes[i] = note
		h.tell("%v %s %s: %v", during.from.Format(time.TimeOnly), operations[c.which].name, c.n.key.ID, err)
	})
	// The keys that were born are noted before what may have ended them.
	for _, ends := range []bool{false, true} {
		for i, note := range notes {
			if note != nil && operations[calls[i].which].ends == ends {
				note()
			}
		}
	}
}

func (h *history) pick() int {
	total := 0
	for _, o := range operations {
		total += o.weight
	}
	left := h.rand.IntN(total)
	for i, o := range operations {
		if left -= o.weight; left < 0 {
			return i
		}
	}
	return 0
}

func (h *history) tell(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.story = append(h.story, fmt.Sprintf(format, args...))
}

// fail ends the test with the history that led there.
func (h *history) fail(t *testing.T, format string, args ...any) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	t.Errorf("%s: %s\n%s", h.name, fmt.Sprintf(format, args...), lines(h.story))
}

// refusedFor reports an error that is neither nil nor one of those.
func (h *history) refusedFor(t *testing.T, what string, n *node, err error, reasons ...error) {
	t.Helper()
	for _, reason := range reasons {
		if errors.Is(err, reason) {
			return
		}
	}
	if err != nil {
		h.fail(t, "%s %s: %v", what, n.key.ID, err)
	}
}

func opVerify(t *testing.T, h *history, n *node, during period) (func(), error) {
	k, err := h.Verify(t.Context(), n.raw)
	h.refusedFor(t, "verify", n, err, apikey.ErrUnknown, apikey.ErrRevoked, apikey.ErrExpired, apikey.ErrLapsed)
	if err != nil {
		return nil, err
	}
	if n.mustBeDead(during.from) {
		h.fail(t, "the dead key %s verified", n.key.ID)
	}
	return func() {
		n.saw(t, k, during)
		n.lastUse = during
	}, nil
}

var byID = []error{apikey.ErrNotFound, apikey.ErrRevoked, apikey.ErrExpired, apikey.ErrLapsed}

func opRenew(t *testing.T, h *history, n *node, during period) (func(), error) {
	k, err := h.Renew(t.Context(), n.key.ID)
	h.refusedFor(t, "renew", n, err, byID...)
	if err != nil {
		return nil, err
	}
	if n.mustBeDead(during.from) || n.ended() {
		h.fail(t, "the dead or revoked key %s was renewed", n.key.ID)
	}
	known, under := n.expires, n.parent != nil && !n.parent.expires.IsZero()
	return func() {
		n.saw(t, k, during)
		if k.ExpiresAt.Before(known) {
			h.fail(t, "renewal brought the expiry of %s forward to %v from %v", n.key.ID, k.ExpiresAt, known)
		}
		if under && k.ExpiresAt.After(n.parent.expires) && k.ExpiresAt.After(known) {
			h.fail(t, "renewal of %s went beyond its parent's %v", n.key.ID, n.parent.expires)
		}
	}, nil
}

func opRotate(t *testing.T, h *history, n *node, during period) (func(), error) {
	overlap := []time.Duration{0, 0, 10 * time.Minute}[n.born%3]
	k, secret, err := h.Rotate(t.Context(), n.key.ID, overlap)
	h.refusedFor(t, "rotate", n, err, byID...)
	if err != nil {
		return nil, err
	}
	if n.mustBeDead(during.from) || n.ended() {
		h.fail(t, "the dead or revoked key %s was rotated", n.key.ID)
	}
	return func() {
		if n.rotated {
			h.fail(t, "key %s was rotated twice", n.key.ID)
		}
		n.rotated = true
		n.revoke(during.later(overlap), true)
		h.add(t, &node{key: k, raw: secret.Reveal(), ttl: n.ttl, maxTTL: n.maxTTL, parent: n.parent, old: n}, during)
	}, nil
}

func opDerive(t *testing.T, h *history, n *node, during period) (func(), error) {
	k, secret, err := h.Derive(t.Context(), n.key.ID, keystore.Spec{})
	h.refusedFor(t, "derive", n, err, append(byID, apikey.ErrForbidden)...)
	if err != nil {
		return nil, err
	}
	if n.mustBeDead(during.from) {
		h.fail(t, "the dead key %s had a child", n.key.ID)
	}
	return func() {
		child := &node{key: k, raw: secret.Reveal(), ttl: n.ttl, maxTTL: n.maxTTL, parent: n}
		if !k.RevokedAt.IsZero() { // the parent is in its grace
			child.revoke(period{k.RevokedAt, k.RevokedAt}, true)
		}
		h.add(t, child, during)
	}, nil
}

func opCreate(t *testing.T, h *history, n *node, during period) (func(), error) {
	first := h.nodes[0]
	spec := keystore.Spec{Project: first.key.Project, Build: first.key.Build, Name: "nightly", Scopes: first.key.Scopes, TTL: time.Hour}
	k, secret, err := h.Create(t.Context(), spec)
	h.refusedFor(t, "create beside", n, err, keystore.ErrNameTaken)
	if err != nil {
		return nil, err
	}
	return func() {
		h.add(t, &node{key: k, raw: secret.Reveal(), ttl: time.Hour, maxTTL: keystore.DefaultMaxTTL}, during)
	}, nil
}

func (h *history) add(t *testing.T, n *node, during period) {
	t.Helper()
	n.born = h.number
	n.saw(t, n.key, during)
	h.nodes = append(h.nodes, n)
}
