package server

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/buildkey/buildkey/internal/dbtest"
)

// wire is how a test's connections reach PostgreSQL, and can be cut, or fall
// silent: what is sent is lost, and nothing comes back.
type wire struct {
	mu     sync.Mutex
	cut    bool
	conns  []net.Conn
	silent atomic.Bool
}

// wired is a connection over a wire.
type wired struct {
	net.Conn
	wire *wire
}

// Write loses what is sent over a silent wire.
func (c wired) Write(b []byte) (int, error) {
	if c.wire.silent.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (w *wire) Dial(network, address string) (net.Conn, error) {
	return w.DialContext(context.Background(), network, address)
}

func (w *wire) DialTimeout(network, address string, _ time.Duration) (net.Conn, error) {
	return w.DialContext(context.Background(), network, address)
}

func (w *wire) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.conns = append(w.conns, c)
	return wired{c, w}, nil
}

// set cuts every connection and refuses others, or lets them through again.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

func postgresOver(t *testing.T, w pq.Dialer) *sqlx.DB {
	t.Helper()
	connector, err := pq.NewConnector(dbtest.PostgresDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	connector.Dialer(w)
	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	t.Cleanup(func() { db.Close() })
	return db
}

// TestDatabaseThatGoesAway asks while it is there, while it is gone, and after it
// came back. Nothing but the database is touched in between.
func TestDatabaseThatGoesAway(t *testing.T) {
	t.Parallel()
	var line wire
	w := newWorld(t, postgresOver(t, &line))
	asks := []struct {
		caller, method, path string
		body                 any
		status               int
	}{
		{"anon", "GET", "/healthz", nil, 204},
		{"anon", "GET", "/api/v2/build/101/", nil, 200},
		{"kb", "GET", "/api/v2/build/101/", nil, 200},
		{"kb", "PATCH", "/api/v2/build/101/", `{"commit": "a"}`, 200},
		{"kb", "POST", "/api/v2/command/", `{"command": "a"}`, 201},
		{"staff", "POST", "/api/v2/build/", `{"project": 1, "version": 11}`, 201},
		{"staff", "GET", "/api/v2/keys/", nil, 200},
		{"staff", "POST", "/api/v2/keys/", `{"project": 1}`, 201},
		{"kd", "POST", "/api/v2/revoke/", nil, 204},
	}
	for _, gone := range []bool{false, true, false} {
		line.set(gone)
		for _, ask := range asks {
			got := w.send(w.request(ask.caller, ask.method, ask.path, ask.body))
			if gone && (got.status != 503 || got.header.Get("Retry-After") == "") {
				t.Errorf("%s %s by %s while the database is gone: %d, Retry-After %q: %s", ask.method, ask.path, ask.caller, got.status, got.header.Get("Retry-After"), got.text)
			}
			if !gone && got.status != ask.status {
				t.Errorf("%s %s by %s: %d, want %d: %s", ask.method, ask.path, ask.caller, got.status, ask.status, got.text)
			}
		}
	}
	w.do("anon", "GET", "keys/scopes/", nil).want(200)
}

// TestConnectionsThatAreKilled is what an administrator or a restart does: the
// server is there again at once, and only the connections are gone.
func TestConnectionsThatAreKilled(t *testing.T) {
	t.Parallel()
	var line wire
	w := newWorld(t, postgresOver(t, &line))
	for range 20 {
		line.set(false)
		for range 2 {
			if got := w.do("kb", "GET", "build/101/", nil); got.status != 200 && got.status != 503 {
				t.Errorf("%d: %s", got.status, got.text)
			}
		}
	}
	w.do("kb", "GET", "build/101/", nil).want(200)
}

func TestClosedDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	dsn := dbtest.SQLiteDSN(t)
	db, err := sqlx.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, db)
	if err := db.Close(); err != nil && !errors.Is(err, sql.ErrConnDone) {
		t.Fatal(err)
	}
	if got := w.send(w.request("anon", "GET", "/healthz", nil)); got.status != 503 {
		t.Errorf("healthz: %d", got.status)
	}
	w.do("kb", "GET", "build/101/", nil).want(503)
	w.do("anon", "GET", "build/", nil).want(503)
}
