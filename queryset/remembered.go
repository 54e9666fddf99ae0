package queryset

import (
	"context"
	"runtime"
	"sync"
	"weak"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/jmoiron/sqlx"
)

// memory is what is known of one database, or of one plain transaction: its
// tables, and the statements made for them. It lives as long as the *sqlx.DB
// or *sqlx.Tx, and holds neither.
type memory struct {
	dialect    dialect.Dialect
	statements statements

	mu     sync.RWMutex
	tables map[*Table]*bound
	turn   chan struct{} // whose turn it is to learn
}

// memories finds them by weak pointers, so that a DB that is dropped without
// being closed can be collected with all that was remembered of it.
var memories sync.Map

func newMemory(d dialect.Dialect) *memory {
	return &memory{dialect: d, tables: map[*Table]*bound{}, turn: make(chan struct{}, 1)}
}

func memoryOf[T sqlx.DB | sqlx.Tx](db *T, d dialect.Dialect) *memory {
	key := weak.Make(db)
	if m, ok := memories.Load(key); ok {
		return m.(*memory)
	}
	m, loaded := memories.LoadOrStore(key, newMemory(d))
	if !loaded {
		runtime.AddCleanup(db, forget[T], key)
	}
	return m.(*memory)
}

func forget[T any](key weak.Pointer[T]) {
	if m, ok := memories.LoadAndDelete(key); ok {
		m.(*memory).statements.clear()
	}
}

// bound is t as this database knows it; known tells that it was learned before.
// It is learned once, however many ask, but that transactions wait for nobody:
// who learns may be waiting for the transaction's connection.
func (s *session) bound(ctx context.Context, t *Table) (b *bound, known bool, err error) {
	if b := s.memory.recall(t); b != nil {
		return b, true, nil
	}
	if !s.inTx {
		select {
		case s.memory.turn <- struct{}{}:
			defer func() { <-s.memory.turn }()
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		if b := s.memory.recall(t); b != nil {
			return b, true, nil
		}
	}
	b, err = s.memory.learn(ctx, s.db, t)
	return b, false, err
}

func (m *memory) recall(t *Table) *bound {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.tables[t]
}

// learn asks the catalog, and keeps what is known where that still holds.
func (m *memory) learn(ctx context.Context, db DB, t *Table) (*bound, error) {
	b, err := bind(ctx, db, m.dialect, t)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old := m.tables[t]; old != nil && old.same(b) {
		return old, nil
	}
	m.tables[t] = b
	return b, nil
}

// unlearn makes the next use of t ask the catalog.
func (m *memory) unlearn(t *Table) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.tables, t)
}
