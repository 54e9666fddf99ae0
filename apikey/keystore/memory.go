package keystore

import (
	"slices"
	"strings"
	"sync"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// memory keeps what keys reached at the stamp that the database gave last. Verify
// sends the stamp along, and the links are not read again while the database still
// has the same.
type memory struct {
	mu       sync.RWMutex
	stamp    string
	keys     map[uuid.UUID]known
	projects map[apikey.ID]*reached
	links    int // of all projects
}

// known is a key's project, and what to send for it.
type known struct {
	project apikey.ID
	stamp   string
}

const (
	maxKnownKeys  = 20_000 // keys, and as many projects, at some hundred bytes
	maxKnownLinks = 80_000 // at fifty bytes
)

// recall returns what a key reached, and the stamp that it goes with.
func (m *memory) recall(key uuid.UUID) (stamp string, r *reached) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	k := m.keys[key]
	if r = m.projects[k.project]; r != nil {
		stamp = k.stamp
	}
	return stamp, r
}

// keep remembers. With another stamp it starts anew, and where there is no room, any
// of the rest is forgotten.
func (m *memory) keep(stamp string, key uuid.UUID, project apikey.ID, r *reached) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil || stamp != m.stamp {
		m.stamp, m.keys, m.projects, m.links = stamp, map[uuid.UUID]known{}, map[apikey.ID]*reached{}, 0
	}
	m.forget(project)
	for other := range m.projects {
		if len(m.projects) < maxKnownKeys && m.links+len(r.links) <= maxKnownLinks {
			break
		}
		m.forget(other)
	}
	for other := range m.keys {
		if len(m.keys) < maxKnownKeys {
			break
		}
		delete(m.keys, other)
	}
	project = apikey.ID(strings.Clone(string(project)))
	m.keys[key] = known{project, stamp + string(project)}
	m.projects[project] = r
	m.links += len(r.links)
}

func (m *memory) forget(project apikey.ID) {
	if r := m.projects[project]; r != nil {
		m.links -= len(r.links)
		delete(m.projects, project)
	}
}

// resolve gives the links of a key that was found: what is remembered when the
// database has confirmed it, else what it gave, which is remembered then.
func (s *Store) resolve(f *found) ([]apikey.Link, bool, error) {
	r := f.known
	if f.reach.Valid || r == nil {
		var stamp string
		var err error
		if stamp, r, err = s.reached(f.reach.String); err != nil {
			return nil, false, err
		}
		if s.tx == nil && stamp != "" {
			s.memory.keep(stamp, f.row.id, f.row.project, r)
		}
	}
	return cloneLinks(r.links), r.cut, nil
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
