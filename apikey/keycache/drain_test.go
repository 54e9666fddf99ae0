package keycache

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// leaver is a Sink that leaves at the first key it is told of.
type leaver struct{ leave func() }

func (l leaver) Beat(time.Time)           {}
func (l leaver) KeyChanged(uuid.UUID)     { l.leave() }
func (l leaver) ProjectChanged(apikey.ID) {}
func (l leaver) AllChanged()              {}

// TestWhoLeavesInTheMiddleLeavesNothingRunning ends a listener that has more to
// report than lib/pq has room for: its goroutines must not wait for a reader.
func TestWhoLeavesInTheMiddleLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresDSN(t)
	db, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	l := &listener{db: db.DB, dsn: dsn, every: time.Hour, connect: time.Minute, patience: time.Minute, now: time.Now}
	ctx, leave := context.WithCancel(t.Context())
	told := make(chan error, 1)
	go func() {
		for ctx.Err() == nil { // until the listener is there to hear it
			_, err := db.ExecContext(t.Context(), `SELECT pg_notify('buildkey', 'k:' || gen_random_uuid()) FROM generate_series(1, 200)`)
			if err != nil {
				leave()
				told <- err
				return
			}
		}
		told <- nil
	}()
	pprof.Do(ctx, pprof.Labels("follows", t.Name()), func(ctx context.Context) { _ = l.Follow(ctx, leaver{leave}) })
	if err := <-told; err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); ; <-tick.C {
		running := goroutines(t)
		if !strings.Contains(running, `"`+t.Name()+`"`) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still running:\n%s", running)
		}
	}
}

// goroutines are those that run, with the labels that they inherited.
func goroutines(t *testing.T) string {
	t.Helper()
	var running bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&running, 1); err != nil {
		t.Fatal(err)
	}
	return running.String()
}
