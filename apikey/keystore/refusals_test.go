package keystore

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/google/uuid"
)

func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	b := newBench(t, dbtest.SQLite(t), Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	dead, raw := b.mint(t, Spec{})
	_, lapsed := b.mint(t, Spec{ActivateWithin: time.Minute})
	_, expired := b.mint(t, Spec{TTL: time.Minute})
	refusedAs(t, "use", second(b.Verify(t.Context(), expired)), nil)
	refusedAs(t, "revoke", b.Revoke(t.Context(), dead.ID, 0), nil)
	unknown := b.forge(t, uuid.New())
	b.clock.Advance(time.Minute)
	log.Reset()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		for _, raw := range []string{"", raw, lapsed, expired, unknown.Reveal()} {
			if _, err := b.Verify(t.Context(), raw); err == nil {
				t.Fatal("not refused")
			}
		}
		refusedAs(t, "a context that ended", second(b.Verify(cancelled, raw)), apikey.ErrUnavailable)
	}
	want := Stats{Malformed: 3, Unknown: 3, Expired: 3, Revoked: 3, Lapsed: 3, Unavailable: 3}
	if got := b.Stats(); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	if n := strings.Count(log.String(), "keystore: refused"); n != 6 {
		t.Errorf("%d lines, want one for each key and reason:\n%s", n, log.String())
	}
	if strings.Contains(log.String(), uuid.Nil.String()) {
		t.Errorf("a line names a key that there is none:\n%s", log.String())
	}
	b.clock.Advance(time.Minute)
	refusedAs(t, "a minute later", second(b.Verify(t.Context(), raw)), apikey.ErrRevoked)
	if n := strings.Count(log.String(), "keystore: refused"); n != 7 {
		t.Errorf("%d lines a minute later, want one more", n)
	}
}

// Whoever floods the store with keys that are none fills neither memory nor log.
func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	var r refusals
	logged := 0
	for range 3 * maxLogged {
		if r.first(refusal{uuid.New(), "unknown"}, 1) {
			logged++
		}
	}
	if logged != maxLogged || len(r.logged) != maxLogged {
		t.Errorf("%d logged and %d remembered, want %d", logged, len(r.logged), maxLogged)
	}
	if !r.first(refusal{uuid.New(), "unknown"}, 1+time.Minute.Microseconds()) {
		t.Error("nothing is logged a minute later")
	}
	if len(r.logged) != 1 {
		t.Errorf("%d are remembered a minute later", len(r.logged))
	}
}
