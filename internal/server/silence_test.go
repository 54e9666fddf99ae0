package server

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"testing"
	"time"
)

// TestDatabaseThatFallsSilent takes requests, but answers none and closes nothing:
// a stopped process, or a network that loses everything.
func TestDatabaseThatFallsSilent(t *testing.T) {
	t.Parallel()
	var line wire
	w := newWorld(t, postgresOver(t, dialer{line.DialContext, 300 * time.Millisecond}))
	w.do("kb", "GET", "build/101/", nil).want(200)
	line.silent.Store(true)
	for _, ask := range []struct{ caller, method, path, body string }{
		{"anon", "GET", "build/101/", ""},
		{"kb", "GET", "build/101/", ""},
		{"kb", "PATCH", "build/101/", `{"commit": "a"}`},
		{"staff", "POST", "build/", `{"project": 1, "version": 11}`},
		{"kd", "POST", "revoke/", ""},
	} {
		w.do(ask.caller, ask.method, ask.path, ask.body).want(503)
	}
	line.silent.Store(false)
	w.do("kb", "PATCH", "build/101/", `{"commit": "a"}`).want(200)
}

// TestHealthIsAnsweredInTime asks a database that would keep the caller for ever.
func TestHealthIsAnsweredInTime(t *testing.T) {
	t.Parallel()
	var line wire
	w := newWorld(t, postgresOver(t, &line))
	line.silent.Store(true)
	t.Cleanup(func() { line.set(true) }) // lets go of who still waits
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	got := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(got, httptest.NewRequestWithContext(ctx, "GET", "/healthz", nil))
	if got.Code != 503 {
		t.Errorf("healthz: %d: %s", got.Code, got.Body)
	}
}

// TestConnectTimeIsKept: lib/pq's own deadline holds while it connects, and the
// silence counts from then on.
func TestConnectTimeIsKept(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer theirs.Close()
	c := &impatient{Conn: ours, silence: time.Hour}
	if err := c.SetDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("past the deadline a read ends with %v", err)
	}
	if err := c.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	c.silence = time.Millisecond
	for what, do := range map[string]func([]byte) (int, error){"read": c.Read, "write": c.Write} {
		if _, err := do(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("in silence a %s ends with %v", what, err)
		}
	}
}

// TestCloseDoesNotWait for a database that says nothing: it would for ever, since a
// statement is prepared there that lib/pq takes leave of.
func TestCloseDoesNotWait(t *testing.T) {
	t.Parallel()
	var line wire
	w := newWorld(t, postgresOver(t, &line))
	w.do("kb", "GET", "build/101/", nil).want(200)
	line.silent.Store(true)
	t.Cleanup(func() { line.set(true) })
	if err := closePool(w.db); err != nil {
		t.Error(err)
	}
}
