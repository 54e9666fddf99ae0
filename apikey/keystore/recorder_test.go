package keystore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey/keystore"
)

// statement is one that was sent to a database.
type statement struct {
	text     string
	args     []driver.NamedValue
	prepared bool // before, once for many
}

// recorder passes statements to a driver, and keeps them.
type recorder struct {
	driver driver.Driver
	dsn    string
	mu     sync.Mutex
	sent   []statement

	prepares atomic.Int64 // how many statements were prepared
}

// recordedRig is one whose statements are kept.
func recordedRig(t *testing.T, name, dsn string, cfg keystore.Config) (rig, *recorder) {
	t.Helper()
	plain, err := sqlx.Open(name, dsn)
	if err != nil {
		t.Fatal(err)
	}
	rec := &recorder{driver: plain.Driver(), dsn: dsn}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	db := sqlx.NewDb(sql.OpenDB(rec), name)
	db.SetMaxOpenConns(1) // what is prepared is prepared once
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return newRig(t, db, cfg), rec
}

// take returns what was sent since it was last called.
func (r *recorder) take() []statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := r.sent
	r.sent = nil
	return sent
}

func (r *recorder) note(s statement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, s)
}

func (r *recorder) Driver() driver.Driver { return r.driver }

func (r *recorder) Connect(context.Context) (driver.Conn, error) {
	conn, err := r.driver.Open(r.dsn)
	return recordedConn{conn, r}, err
}

type recordedConn struct {
	driver.Conn
	rec *recorder
}

func (c recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	c.rec.prepares.Add(1)
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	return recordedStmt{stmt, c.rec, text}, err
}

func (c recordedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.rec.note(statement{text, args, false})
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
}

func (c recordedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.rec.note(statement{text, args, false})
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
}

func (c recordedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

type recordedStmt struct {
	driver.Stmt
	rec  *recorder
	text string
}

func (s recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.rec.note(statement{s.text, args, true})
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}
