package keystore_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// Whoever brings a spent handle again and again cannot make the store write, tell
// caches or fill the log: the second time counts, and no later one.
func TestReplaysOfASpentHandle(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{"postgres": dbtest.PostgresDSN(t), "sqlite": dbtest.SQLiteDSN(t)} {
		t.Run(name, func(t *testing.T) {
			var log lockedBuffer
			r, rec := recordedRig(t, name, dsn, keystore.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			k, child, handle := r.openedOnce(t)
			told := r.watched()
			r.replay(t, handle)
			if diff := cmp.Diff([]uuid.UUID{k, k, child}, told()); diff != "" {
				t.Errorf("the second unwrap tells of other keys\n%s", diff)
			}
			want := r.kinds(t, k)
			if !slices.Equal(want, []string{"create", "wrap", "unwrap", "unwrap_again", "revoke"}) {
				t.Errorf("the trail says %v", want)
			}
			rec.take()
			log.Reset()
			for range 20 {
				r.replay(t, handle)
			}
			for _, s := range rec.take() {
				if !strings.HasPrefix(s.text, "SELECT") && !strings.HasSuffix(s.text, "WHERE false") {
					t.Errorf("a later unwrap sends %s", s.text)
				}
			}
			if got := r.kinds(t, k); !slices.Equal(got, want) {
				t.Errorf("the trail says %v after twenty more", got)
			}
			if ids := told(); len(ids) > 0 {
				t.Errorf("twenty more tell of %v", ids)
			}
			if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "key="+k.String()) {
				t.Errorf("%d lines in the log, want one that names the key:\n%s", n, log.String())
			}
			r.clock.Advance(time.Minute)
			r.replay(t, handle)
			if n := strings.Count(log.String(), "\n"); n != 2 {
				t.Errorf("%d lines in the log a minute later, want 2:\n%s", n, log.String())
			}
		})
	}
}

// openedOnce is a key with a child, and its handle, which was opened.
func (r rig) openedOnce(t *testing.T) (key, child uuid.UUID, handle apikey.Secret) {
	t.Helper()
	k, secret := r.mint(t, keystore.Spec{Project: "1", Scopes: apikey.Scopes{"build:read", apikey.ScopeKeyCreate}})
	below, _, err := r.Derive(t.Context(), k.ID, keystore.Spec{})
	if err == nil {
		handle, err = r.Wrap(t.Context(), secret, 0)
	}
	if err == nil {
		_, err = r.Unwrap(t.Context(), handle.Reveal())
	}
	if err != nil {
		t.Fatal(err)
	}
	return k.ID, below.ID, handle
}

func (r rig) replay(t *testing.T, handle apikey.Secret) {
	t.Helper()
	if secret, err := r.Unwrap(t.Context(), handle.Reveal()); err != keystore.ErrHandleSpent || !secret.IsZero() {
		t.Errorf("a handle that is spent: %v, want ErrHandleSpent", err)
	}
}
