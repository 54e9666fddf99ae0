package keystore

import (
	"context"
	"database/sql"
	"sync"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/jmoiron/sqlx"
)

// prepared is a statement that is prepared when first used, once for the
// database.
type prepared struct {
	text string
	mu   sync.Mutex
	stmt *sql.Stmt
}

// get returns the statement, and prepares it unless it is another than stale
// already.
func (p *prepared) get(ctx context.Context, db *sqlx.DB, stale *sql.Stmt) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stmt != nil && p.stmt != stale {
		return p.stmt, nil
	}
	stmt, err := db.PrepareContext(ctx, p.text)
	if err != nil {
		return nil, err
	}
	if stale != nil {
		_ = stale.Close() // waits for nobody: those who use it finish first
	}
	p.stmt = stmt
	return stmt, nil
}

// selectOne scans the one row that p gives for arg. A statement that the server
// has lost, or whose tables were altered, is prepared again once.
func (s *Store) selectOne(ctx context.Context, p *prepared, arg any, dest []any) error {
	if s.tx != nil || s.cfg.Unprepared {
		return s.reader().QueryRowxContext(ctx, p.text, arg).Scan(dest...)
	}
	stmt, err := p.get(ctx, s.db, nil)
	if err != nil {
		return err
	}
	err = stmt.QueryRowContext(ctx, arg).Scan(dest...)
	if !forgotten(err) {
		return err
	}
	if stmt, err = p.get(ctx, s.db, stmt); err != nil {
		return err
	}
	return stmt.QueryRowContext(ctx, arg).Scan(dest...)
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
