package keystore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/jmoiron/sqlx"
)

// counter counts what passes to a driver.
type counter struct {
	driver.Connector
	prepares, statements atomic.Int64
}

func (c *counter) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	return countedConn{conn, c}, err
}

type countedConn struct {
	driver.Conn
	n *counter
}

func (c countedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.n.prepares.Add(1)
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	return countedStmt{stmt, c.n}, err
}

func (c countedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.n.statements.Add(1)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c countedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.n.statements.Add(1)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c countedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

type countedStmt struct {
	driver.Stmt
	n *counter
}

func (s countedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.n.statements.Add(1)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

// dsnConnector opens connections of another pool's driver.
type dsnConnector struct {
	driver driver.Driver
	dsn    string
}

func (c dsnConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c dsnConnector) Driver() driver.Driver                        { return c.driver }

func TestVerifyIsOneStatement(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{"postgres": dbtest.PostgresDSN(t), "sqlite": dbtest.SQLiteDSN(t)} {
		t.Run(name, func(t *testing.T) {
			plain, err := sqlx.Open(name, dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer plain.Close()
			count := &counter{Connector: dsnConnector{plain.Driver(), dsn}}
			db := sqlx.NewDb(sql.OpenDB(count), name)
			defer db.Close()
			db.SetMaxOpenConns(1)
			b := newBench(t, db, Config{})
			b.verifyCounts(t, count)
		})
	}
}

func (b bench) verifyCounts(t *testing.T, count *counter) {
	t.Helper()
	k, raw := b.mint(t, Spec{Scopes: apikey.Scopes{"key:create", "build:read"}})
	_, child, err := b.Derive(t.Context(), k.ID, Spec{})
	if err != nil {
		t.Fatal(err)
	}
	b.link(t, "2", Inbound, "1")
	prepared := count.prepares.Load()
	for _, row := range []struct {
		name string
		raw  string
		want int64
	}{
		{"a first use", raw, 2},
		{"a second", raw, 1},
		{"the first use of a child", child.Reveal(), 2},
		{"a child", child.Reveal(), 1},
		{"garbage", "bk_garbage", 0},
	} {
		before := count.statements.Load()
		_, err := b.Verify(t.Context(), row.raw)
		if row.want > 0 && err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		if n := count.statements.Load() - before; n != row.want {
			t.Errorf("%s costs %d statements, want %d", row.name, n, row.want)
		}
	}
	if n := count.prepares.Load() - prepared; n != 1 {
		t.Errorf("%d statements were prepared, want 1", n)
	}
}

// A server that forgets the statement, as one behind a pooler does, is asked again.
func TestForgottenStatement(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	db.SetMaxOpenConns(1)
	b := newBench(t, db, Config{})
	_, raw := b.mint(t, Spec{})
	for i := range maxLost + 3 {
		if _, err := b.Verify(t.Context(), raw); err != nil {
			t.Fatalf("turn %d: %v", i, err)
		}
		if _, err := db.Exec(`DEALLOCATE ALL`); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.verify.lost.Load(); n != maxLost {
		t.Errorf("%d losses, want it to stop preparing after %d", n, maxLost)
	}
}

// A table that is altered must not break the statements that were prepared.
func TestAlteredTable(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw := b.mint(t, Spec{})
		for _, alter := range []string{
			`ALTER TABLE buildkey_keys ADD COLUMN note TEXT`,
			`ALTER TABLE buildkey_keys DROP COLUMN note`,
		} {
			if _, err := b.Verify(t.Context(), raw); err != nil {
				t.Fatal(err)
			}
			if _, err := b.db.Exec(alter); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Verify(t.Context(), raw); err != nil {
			t.Error(err)
		}
	})
}

func TestPreparedOnceByMany(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw := b.mint(t, Spec{})
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if _, err := b.Verify(t.Context(), raw); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}
