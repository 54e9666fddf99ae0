package keystore

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/buildkey/buildkey/apikey"
)

// memo remembers what texts of the database mean, since most keys have the same
// scopes and the same allow list. What it gives is shared: clone it for others.
type memo[V any] struct {
	read  func(text string) (V, error)
	mu    sync.RWMutex
	known map[string]V
}

// maxKnown is how many texts a memo remembers. Where there is no room, it forgets
// any one.
const maxKnown = 500

func newMemo[V any](read func(text string) (V, error)) *memo[V] {
	return &memo[V]{read: read, known: map[string]V{}}
}

func (m *memo[V]) of(text string) (V, error) {
	m.mu.RLock()
	v, ok := m.known[text]
	m.mu.RUnlock()
	if ok {
		return v, nil
	}
	v, err := m.read(text)
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxKnown {
		for other := range m.known {
			delete(m.known, other)
			break
		}
	}
	m.known[strings.Clone(text)] = v // which may be a part of a longer one
	return v, nil
}

// granted are scopes as they were asked for, and what they permit.
type granted struct{ names, permits apikey.Scopes }

func readScopes(catalog *apikey.Catalog) func(string) (granted, error) {
	return func(text string) (g granted, err error) {
		err = json.Unmarshal([]byte(text), &g.names)
		g.permits = catalog.Expand(g.names)
		return g, err
	}
}

func readAllowList(text string) (list apikey.AllowList, err error) {
	err = json.Unmarshal([]byte(text), &list)
	return list, err
}
