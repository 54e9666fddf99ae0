package queryset

import (
	"context"
	"database/sql"
	"sync"

	"github.com/jmoiron/sqlx"
)

// Tx is a transaction that uses the statements prepared on its database. It is
// a [DB], and otherwise the [*sqlx.Tx] that it holds.
type Tx struct {
	*sqlx.Tx
	memory *memory

	mu  sync.Mutex
	own map[*statement]*sql.Stmt
}

// Begin starts a transaction on db, with the isolation that is its default. It
// ends with Commit or Rollback, or is rolled back when ctx ends. An error
// matches [apikey.ErrUnavailable] when the database could not answer.
func Begin(ctx context.Context, db *sqlx.DB) (*Tx, error) {
	s, err := open(db)
	if err != nil {
		return nil, err
	}
	s.memory.statements.prepareWanted(ctx, db)
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return nil, wrap("beginning a transaction", err)
	}
	return &Tx{Tx: tx, memory: s.memory, own: map[*statement]*sql.Stmt{}}, nil
}

// stmt is st for this transaction. It never asks for a second connection, which
// might be had only when the first is given back, or would wait for its locks:
// what the database has not prepared yet is prepared for this transaction
// alone, and on the database before the next one begins. What it uses it keeps
// open until it ends, as database/sql has it, also when st is pushed out.
func (tx *Tx) stmt(ctx context.Context, st *statement) (own *sql.Stmt, err error) {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	if own := tx.own[st]; own != nil {
		return own, nil
	}
	if shared := tx.memory.statements.prepared(st); shared != nil {
		own = tx.StmtContext(ctx, shared)
	} else {
		tx.memory.statements.want(st)
		own, err = tx.PrepareContext(ctx, st.text)
	}
	if err == nil {
		tx.own[st] = own
	}
	return own, err
}
