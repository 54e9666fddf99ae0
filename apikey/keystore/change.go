package keystore

import (
	"context"
	"database/sql"
	"time"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/jmoiron/sqlx"
)

// change is a transaction that changes keys or links, with its audit trail.
type change struct {
	*core
	ctx     context.Context
	tx      *sqlx.Tx
	doing   string   // for errors: "create a key"
	commits bool     // the transaction is this change's, which commits it
	log     []func() // what to tell at the end
}

// change runs do in the caller's transaction, or in one of its own that is
// committed when do returns nil. A panic of do's rolls back.
func (s *Store) change(ctx context.Context, doing string, do func(*change) error) error {
	c := &change{core: s.core, ctx: ctx, tx: s.tx, doing: doing, commits: s.tx == nil}
	if c.commits {
		tx, err := s.db.BeginTxx(ctx, s.isolation())
		if err != nil {
			return trouble(doing, err)
		}
		defer tx.Rollback() // which does nothing once it is committed
		c.tx = tx
	}
	if err := c.lockSQLite(); err != nil {
		return err
	}
	if err := do(c); err != nil {
		return err
	}
	if c.commits {
		if err := c.tx.Commit(); err != nil {
			return trouble(doing, err)
		}
	}
	for _, line := range c.log {
		line()
	}
	return nil
}

// isolation is what the order of locks relies on: each statement must see what
// was committed while the one before it waited.
func (c *core) isolation() *sql.TxOptions {
	if c.dialect == dialect.Postgres {
		return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	return nil
}

// lockSQLite makes the first statement a write. SQLite then waits for its one
// writer here, instead of refusing a reader that turns into one.
func (c *change) lockSQLite() error {
	if c.dialect != dialect.SQLite {
		return nil
	}
	_, err := c.exec(`UPDATE buildkey_keys SET held_name = held_name WHERE false`)
	return err
}

// now is the store's clock in microseconds since the epoch.
func (c *core) now() int64 { return c.cfg.Now().UnixMicro() }

// exec runs a statement and returns how many rows it changed.
func (c *change) exec(statement string, args ...any) (int64, error) {
	result, err := c.tx.ExecContext(c.ctx, c.text(statement), args...)
	if err != nil {
		return 0, trouble(c.doing, err)
	}
	n, err := result.RowsAffected()
	return n, trouble(c.doing, err)
}

// ids runs a statement and returns its rows of one column.
func (c *change) ids(statement string, args ...any) ([]string, error) {
	var ids []string
	err := c.tx.SelectContext(c.ctx, &ids, c.text(statement), args...)
	return ids, trouble(c.doing, err)
}

// get scans the one row of a statement; absent is its error when there is none.
func (c *change) get(absent error, statement string, args []any, dest ...any) error {
	err := c.tx.QueryRowxContext(c.ctx, c.text(statement), args...).Scan(dest...)
	return troubleBut(absent, c.doing, err)
}

// instant is the time that the database keeps as microseconds.
func instant(micros sql.NullInt64) time.Time {
	if !micros.Valid {
		return time.Time{}
	}
	return time.UnixMicro(micros.Int64).UTC()
}
