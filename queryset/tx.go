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

// Commit ends the transaction and keeps what it did.
func (tx *Tx) Commit() error {
	defer tx.release()
	return tx.Tx.Commit()
}

// Rollback ends the transaction and undoes what it did. After Commit it says
// sql.ErrTxDone and does nothing.
func (tx *Tx) Rollback() error {
	defer tx.release()
	return tx.Tx.Rollback()
}

// stmt is st for this transaction. It never asks for a second connection, which
// might be had only when the first is given back, or would wait for its locks:
// what the database has not prepared yet is prepared for this transaction
// alone, and on the database before the next one begins.
func (tx *Tx) stmt(ctx context.Context, st *statement) (*sql.Stmt, error) {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	if own := tx.own[st]; own != nil {
		return own, nil
	}
	shared := tx.memory.statements.hold(st)
	own, err := tx.prepare(ctx, st, shared)
	if err != nil {
		tx.memory.statements.done(st)
		return nil, err
	}
	tx.own[st] = own
	return own, nil
}

func (tx *Tx) prepare(ctx context.Context, st *statement, shared *sql.Stmt) (*sql.Stmt, error) {
	if shared != nil {
		return tx.StmtContext(ctx, shared), nil
	}
	tx.memory.statements.want(st)
	return tx.PrepareContext(ctx, st.text)
}

// release lets go of what stmt held, once.
func (tx *Tx) release() {
	tx.mu.Lock()
	defer tx.mu.Unlock()
	for st := range tx.own {
		tx.memory.statements.done(st)
	}
	clear(tx.own)
}
