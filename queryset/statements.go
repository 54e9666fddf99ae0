package queryset

import (
	"container/list"
	"context"
	"database/sql"
	"sync"

	"github.com/jmoiron/sqlx"
)

// maxStatements is how many statements are kept per database. The one that was
// not used for longest makes room for a new one.
const maxStatements = 256

// statement is SQL of one shape. What is not in the first group is guarded by
// the statements it is among.
type statement struct {
	text   string
	args   []argument
	marks  []int // of each Where
	target *target

	shape    shape
	users    int
	dropped  bool
	prepared *sql.Stmt
	turn     chan struct{} // whose turn it is to prepare
}

// statements are the recent ones of a database. The zero value is ready.
type statements struct {
	mu     sync.Mutex
	of     map[shape]*list.Element
	recent list.List
	wanted []shape // by transactions, and not prepared yet
}

// get gives the statement of a shape, for use until done is called with it.
func (s *statements) get(key *shape) *statement {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.of[*key]
	if at == nil {
		return nil
	}
	s.recent.MoveToFront(at)
	st := at.Value.(*statement)
	st.users++
	return st
}

// add keeps st, which its maker is using, and closes what makes room. When
// another was faster, that one is given.
func (s *statements) add(st *statement) *statement {
	if other := s.get(&st.shape); other != nil {
		return other
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.users, st.turn = 1, make(chan struct{}, 1)
	if s.of == nil {
		s.of = map[shape]*list.Element{}
	}
	s.of[st.shape] = s.recent.PushFront(st)
	if s.recent.Len() > maxStatements {
		s.remove(s.recent.Back())
	}
	return st
}

// drop forgets st, so that its shape is built and prepared again.
func (s *statements) drop(st *statement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.of[st.shape]; at != nil && at.Value == st {
		s.remove(at)
	}
}

func (s *statements) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.recent.Len() > 0 {
		s.remove(s.recent.Back())
	}
}

func (s *statements) remove(at *list.Element) {
	st := s.recent.Remove(at).(*statement)
	if s.of[st.shape] == at {
		delete(s.of, st.shape)
	}
	st.dropped = true
	st.close()
}

// done ends one use of st.
func (s *statements) done(st *statement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st.users--
	st.close()
}

// close lets go of a dropped statement that nobody uses any more.
func (st *statement) close() {
	if st.dropped && st.users == 0 && st.prepared != nil {
		st.prepared.Close()
		st.prepared = nil
	}
}

// prepare makes sure that st is prepared, once however many ask for it.
func (s *statements) prepare(ctx context.Context, db *sqlx.DB, st *statement) (*sql.Stmt, error) {
	if ready := s.prepared(st); ready != nil {
		return ready, nil
	}
	select {
	case st.turn <- struct{}{}:
		defer func() { <-st.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if ready := s.prepared(st); ready != nil {
		return ready, nil
	}
	stmt, err := db.PrepareContext(ctx, st.text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.prepared = stmt
	return stmt, nil
}

// prepared is st as it was prepared on the database, nil if it was not.
func (s *statements) prepared(st *statement) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return st.prepared
}

// want notes that a transaction had to prepare st for itself.
func (s *statements) want(st *statement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wanted) < maxStatements {
		s.wanted = append(s.wanted, st.shape)
	}
}

// prepareWanted prepares what transactions wanted. What fails will be told to
// whoever runs it.
func (s *statements) prepareWanted(ctx context.Context, db *sqlx.DB) {
	s.mu.Lock()
	wanted := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	for _, key := range wanted {
		if st := s.get(&key); st != nil {
			_, _ = s.prepare(ctx, db, st)
			s.done(st)
		}
	}
}
