package keystore

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
)

func TestRunWritesAtTheEnd(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, raw := b.mint(t, Spec{})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Run(ctx) }()
		b.use(t, raw)
		stop()
		if err := <-ended; err != nil || b.lastUsed(t, k.ID).IsZero() {
			t.Errorf("the last use was not written: %v", err)
		}
	})
}

func TestRunTellsWhatItCouldNotWrite(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		k, _ := b.mint(t, Spec{})
		b.Used(k)
		if err := b.db.Close(); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		refusedAs(t, "without a database", b.Run(ctx), apikey.ErrUnavailable)
	})
}

// buffer is a log that goroutines share.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// In its time Run writes and purges, and goes on after trouble. The clock is a
// bubble's, so that hours pass at once.
func TestRunInItsTime(t *testing.T) {
	t.Parallel()
	dsn := dbtest.SQLiteDSN(t)
	synctest.Test(t, func(t *testing.T) {
		var log buffer
		db := openSQLite(t, dsn)
		b := newBench(t, db, Config{Now: time.Now, Retention: time.Hour, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		dead, _ := b.mint(t, Spec{ActivateWithin: time.Minute})
		k, raw := b.mint(t, Spec{})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Run(ctx) }()
		b.use(t, raw)
		<-time.After(writeUsesEvery + time.Second)
		if b.lastUsed(t, k.ID).IsZero() {
			t.Error("the use was not written in time")
		}
		<-time.After(time.Hour + purgeEvery)
		refusedAs(t, "a key long dead", second(b.Get(t.Context(), dead.ID)), apikey.ErrNotFound)
		refusedAs(t, "the other", second(b.Get(t.Context(), k.ID)), nil)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		<-time.After(purgeEvery)
		stop()
		<-ended
		if text := log.String(); !strings.Contains(text, "keystore: purged") || !strings.Contains(text, "cannot purge now") {
			t.Errorf("the log says\n%s", text)
		}
	})
}
