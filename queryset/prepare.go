package queryset

import (
	"context"
	"database/sql"

	"github.com/jmoiron/sqlx"
)

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
