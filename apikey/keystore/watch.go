package keystore

import (
	"sync"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
)

// watchers are told of changes by this process.
type watchers struct {
	mu  sync.RWMutex
	all []func(key uuid.UUID)
}

// Watch calls f, with the key, after each change that this store has committed
// and that may make a verified key worth less; uuid.Nil stands for any key. It
// is not called for a change inside a transaction of the caller's, or one made
// by another process: a cache needs a feed from the database as well. f must be
// quick. It is for a cache: see the package documentation.
func (s *Store) Watch(f func(key uuid.UUID)) {
	s.watched.mu.Lock()
	defer s.watched.mu.Unlock()
	s.watched.all = append(s.watched.all, f)
}

func (w *watchers) tell(key uuid.UUID) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, f := range w.all {
		f(key)
	}
}

// weakens tells the watchers, once the change is committed, of keys that may be
// worth less now. What is done to a handle alone is left out.
func (c *change) weakens(kind string, ids ...string) {
	if !c.commits || kind == eventWrap || kind == eventUnwrap {
		return
	}
	if len(ids) == 0 { // links are any key's
		ids = []string{uuid.Nil.String()}
	}
	c.log = append(c.log, func() {
		for _, id := range ids {
			c.watched.tell(uuid.MustParse(id))
		}
	})
}

// DB is the database that the store was made with. It is for a cache: see the package
// documentation.
func (s *Store) DB() *sqlx.DB { return s.db }

// Format is how this store's keys are written. It is for a cache: see the package
// documentation.
func (s *Store) Format() apikey.Format { return s.keys }
