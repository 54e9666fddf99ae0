package keycache_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dbtest"
)

var silent = slog.New(slog.NewTextHandler(io.Discard, nil))

// world is a cache over a real database, and a second store as another process
// would have it: the cache is told nothing of it directly.
type world struct {
	cache        *keycache.Cache
	store, other *keystore.Store
	db           *sqlx.DB
	cfg          keycache.Config // as it was given
}

const bound = 400 * time.Millisecond

// each runs test on both databases, with a cache whose feed is up.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		dsn := dbtest.PostgresDSN(t)
		db, err := sqlx.Open("postgres", dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		test(t, newWorld(t, db, keycache.Config{ListenDSN: dsn}))
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, dbtest.SQLite(t), keycache.Config{}))
	})
}

func newWorld(t *testing.T, db *sqlx.DB, cfg keycache.Config) *world {
	t.Helper()
	w := &world{db: db, cfg: cfg}
	var err error
	if w.store, err = keystore.New(db, keystore.Config{Logger: silent, Now: cfg.Now}); err != nil {
		t.Fatal(err)
	}
	if w.other, err = keystore.New(db, keystore.Config{Logger: silent, Now: cfg.Now}); err != nil {
		t.Fatal(err)
	}
	if err := w.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg.Bound, cfg.Logger = bound, silent
	if w.cache, err = keycache.New(w.store, cfg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.cache.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	w.until(t, "the feed is up", func() bool { return w.cache.Stats().Fresh })
	return w
}

// until waits for what must come soon.
func (w *world) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s: %+v", what, w.cache.Stats())
		case <-tick.C:
		}
	}
}

// warm mints a key and has it remembered.
func (w *world) warm(t *testing.T, spec keystore.Spec) (apikey.Key, string) {
	t.Helper()
	k, secret, err := w.store.Create(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	w.remember(t, secret.Reveal())
	return k, secret.Reveal()
}

func (w *world) remember(t *testing.T, raw string) {
	t.Helper()
	w.until(t, "a verification is a hit", func() bool {
		before := w.cache.Stats().Hits
		if _, err := w.cache.Verify(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
		return w.cache.Stats().Hits > before
	})
}

// refusedIn measures how long after now the key is still let in.
func (w *world) refusedIn(t *testing.T, raw string) time.Duration {
	t.Helper()
	start, last := time.Now(), time.Duration(0)
	w.until(t, "the key is refused", func() bool {
		asked := time.Since(start)
		_, err := w.cache.Verify(t.Context(), raw)
		if err == nil {
			last = asked
		} else if !errors.Is(err, apikey.ErrRevoked) && !errors.Is(err, apikey.ErrUnknown) {
			t.Fatal(err)
		}
		return err != nil
	})
	return last
}

func TestARevocationByThisProcessCountsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		k, raw := w.warm(t, keystore.Spec{Project: "1"})
		if err := w.store.Revoke(t.Context(), k.ID, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := w.cache.Verify(t.Context(), raw); !errors.Is(err, apikey.ErrRevoked) {
			t.Errorf("got %v", err)
		}
	})
}

func TestChangesByOthersCountWithinTheBound(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, w *world, k apikey.Key) error{
		"another store revokes it": func(t *testing.T, w *world, k apikey.Key) error {
			return w.other.Revoke(t.Context(), k.ID, 0)
		},
		"another store removes it": func(t *testing.T, w *world, k apikey.Key) error {
			return w.other.Delete(t.Context(), k.ID)
		},
		"a hand revokes it": func(t *testing.T, w *world, k apikey.Key) error {
			_, err := w.db.ExecContext(t.Context(), `UPDATE buildkey_keys SET revoked_at = created_at`)
			return err
		},
		"a transaction of the application's revokes it": func(t *testing.T, w *world, k apikey.Key) error {
			tx, err := w.db.BeginTxx(t.Context(), nil)
			if err != nil {
				return err
			}
			if _, err := w.store.In(tx).RevokeBuild(t.Context(), k.Build, 0); err != nil {
				return err
			}
			return tx.Commit()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				k, raw := w.warm(t, keystore.Spec{Project: "1", Version: "11", Build: "101"})
				if err := change(t, w, k); err != nil {
					t.Fatal(err)
				}
				if late := w.refusedIn(t, raw); late >= bound {
					t.Errorf("let in %v after the change, the bound is %v", late, bound)
				}
			})
		})
	}
}

func TestAParentRevokedByHandTakesItsChildAlong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		parent, _ := w.warm(t, keystore.Spec{Project: "1", Scopes: apikey.Scopes{"build:read", "key:create"}})
		_, secret, err := w.store.Derive(t.Context(), parent.ID, keystore.Spec{Scopes: apikey.Scopes{"build:read"}})
		if err != nil {
			t.Fatal(err)
		}
		w.remember(t, secret.Reveal())
		_, err = w.db.ExecContext(t.Context(), w.db.Rebind(`UPDATE buildkey_keys SET revoked_at = created_at WHERE id = ?`), parent.ID.String())
		if err != nil {
			t.Fatal(err)
		}
		if late := w.refusedIn(t, secret.Reveal()); late >= bound {
			t.Errorf("the child was let in %v later", late)
		}
	})
}

func TestLinkChangesCountWithinTheBound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		_, raw := w.warm(t, keystore.Spec{Project: "1"})
		edit := keystore.LinkEdit{Project: "2", Direction: "inbound", Other: "1"}
		if err := w.other.AddLink(t.Context(), edit); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		w.until(t, "the link is seen", func() bool {
			k, err := w.cache.Verify(t.Context(), raw)
			if err != nil {
				t.Fatal(err)
			}
			return len(k.Links) == 1
		})
		if late := time.Since(start); late > bound {
			t.Errorf("seen after %v", late)
		}
	})
}

func TestWithoutAFeedEveryRequestIsRead(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	store, err := keystore.New(db, keystore.Config{Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	cache, err := keycache.New(store, keycache.Config{Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := store.Create(t.Context(), keystore.Spec{Project: "1"})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // Run was not called
		if _, err := cache.Verify(t.Context(), secret.Reveal()); err != nil {
			t.Fatal(err)
		}
	}
	if stats := cache.Stats(); stats.Hits != 0 || stats.Queries != 3 || stats.Fresh {
		t.Errorf("%+v", stats)
	}
}
