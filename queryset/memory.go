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
}

// memories finds them by weak pointers, so that a DB that is dropped without
// being closed can be collected with all that was remembered of it.
var memories sync.Map

func newMemory(d dialect.Dialect) *memory {
	return &memory{dialect: d, tables: map[*Table]*bound{}}
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
func (m *memory) bound(ctx context.Context, db DB, t *Table) (b *bound, known bool, err error) {
	m.mu.RLock()
	b = m.tables[t]
	m.mu.RUnlock()
	if b != nil {
		return b, true, nil
	}
	b, err = m.learn(ctx, db, t)
	return b, false, err
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
