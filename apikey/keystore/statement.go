package keystore

import (
	"context"
	"database/sql"
	"sync/atomic"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/jmoiron/sqlx"
)

// prepared is a statement that is prepared when first used, once for the
// database.
type prepared struct {
	text string
	turn chan struct{} // holds one token: whoever has it prepares
	stmt atomic.Pointer[sql.Stmt]
	lost atomic.Int32 // how often the server had forgotten it
}

// maxLost is after how many losses to prepare no more: there is a pooler in
// between that nobody told of. Statements that were lost are not closed, since
// others may be about to use them.
const maxLost = 16

func newPrepared(text string) *prepared {
	return &prepared{text: text, turn: make(chan struct{}, 1)}
}

// get returns the statement, and prepares it when it is still the stale one.
func (p *prepared) get(ctx context.Context, db *sqlx.DB, stale *sql.Stmt) (*sql.Stmt, error) {
	if stmt := p.stmt.Load(); stmt != stale {
		return stmt, nil
	}
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.turn }()
	if stmt := p.stmt.Load(); stmt != stale {
		return stmt, nil
	}
	stmt, err := db.PrepareContext(ctx, p.text)
	if err == nil {
		p.stmt.Store(stmt)
	}
	return stmt, err
}

// selectOne scans the one row that p gives for args. A statement that the server
// has lost, or whose tables were altered, is prepared again once.
func (s *Store) selectOne(ctx context.Context, p *prepared, args, dest []any) error {
	if s.tx != nil || s.cfg.Unprepared || p.lost.Load() >= maxLost {
		return s.reader().QueryRowxContext(ctx, p.text, args...).Scan(dest...)
	}
	stmt, err := p.get(ctx, s.db, nil)
	if err != nil {
		return err
	}
	err = stmt.QueryRowContext(ctx, args...).Scan(dest...)
	if !forgotten(err) {
		return err
	}
	p.lost.Add(1)
	if stmt, err = p.get(ctx, s.db, stmt); err != nil {
		return err
	}
	return stmt.QueryRowContext(ctx, args...).Scan(dest...)
}

// forgotten knows invalid_sql_statement_name, and feature_not_supported, which
// PostgreSQL answers when a cached plan's result would change its type.
func forgotten(err error) bool {
	state := dialect.SQLState(err)
	return state == "26000" || state == "0A000"
}

// reader is where a single statement runs.
func (s *Store) reader() sqlx.ExtContext {
	if s.tx != nil {
		return s.tx
	}
	return s.db
}

// eachRow reads the rows of a statement one by one.
func (s *Store) eachRow(ctx context.Context, statement string, args []any, read func(*sqlx.Rows) error) error {
	rows, err := s.reader().QueryxContext(ctx, s.text(statement), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
