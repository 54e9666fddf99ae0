package keystore

import (
	"slices"
	"sync"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// memory keeps what keys reached, with the stamp that the database gave for it.
// Verify sends the stamp along, and hundreds of links are not read again while the
// database still has the same. It remembers no more than saves work: a few links
// are read as fast.
type memory struct {
	mu   sync.RWMutex
	keys map[uuid.UUID]string // the stamp last seen for a key
	seen map[string]*reached
}

// reached is what goes with a stamp. It does not change.
type reached struct {
	stamp string
	links []apikey.Link
	cut   bool
}

const (
	worthKnowing = 8      // links
	maxKnownKeys = 20_000 // keys, at some hundred bytes
	maxReached   = 200    // stamps, at some twenty kilobytes each
)

// recall returns what was last seen for a key, nil for nothing.
func (m *memory) recall(key uuid.UUID) *reached {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.seen[m.keys[key]]
}

// keep remembers. Where there is no room, something else is forgotten.
func (m *memory) keep(key uuid.UUID, r *reached) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys, m.seen = map[uuid.UUID]string{}, map[string]*reached{}
	}
	forgetOne(m.keys, key, maxKnownKeys)
	forgetOne(m.seen, r.stamp, maxReached)
	m.keys[key], m.seen[r.stamp] = r.stamp, r
}

// forgetOne makes room for a key in a full map.
func forgetOne[K comparable, V any](m map[K]V, key K, most int) {
	if _, there := m[key]; there || len(m) < most {
		return
	}
	for other := range m {
		delete(m, other)
		return
	}
}

// stampOf is what to send: "" is the stamp of nothing.
func (r *reached) stampOf() string {
	if r == nil {
		return ""
	}
	return r.stamp
}

// resolve gives the links of a key that was found: what is remembered when the
// database has confirmed it, else what it gave, which is remembered then.
func (c *core) resolve(id uuid.UUID, f *found) ([]apikey.Link, bool, error) {
	if f.known != nil && f.reach.stamp != nil && *f.reach.stamp == f.known.stamp {
		return cloneLinks(f.known.links), f.known.cut, nil
	}
	links, cut, err := c.links(f.reach)
	if err == nil && len(links) >= worthKnowing && f.reach.stamp != nil {
		c.memory.keep(id, &reached{stamp: *f.reach.stamp, links: cloneLinks(links), cut: cut})
	}
	return links, cut, err
}

// cloneLinks copies the scopes, too: whoever gets a key may do with it as it likes.
func cloneLinks(links []apikey.Link) []apikey.Link {
	out := slices.Clone(links)
	var from, to apikey.Scopes
	for i := range out {
		if s := out[i].Scopes; len(s) != len(from) || len(s) > 0 && &s[0] != &from[0] {
			from, to = s, slices.Clone(s)
		}
		out[i].Scopes = to
	}
	return out
}
