// Package keyring readies a store with a key that is in use, and a cache that follows
// the store and has the key in memory.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// Keyring is a store, a cache and a key that both know. Stop ends what it started.
type Keyring struct {
	Store *keystore.Store
	Cache *keycache.Cache
	Key   apikey.Key
	// Raw is the key as it is presented.
	Raw  string
	Stop func()
}

// Build is the attachment of the key.
var Build = keystore.Spec{Project: "1", Version: "3", Build: "42"}

// New migrates db and readies a Keyring in it. entries bounds the cache, and listen
// is where it hears of changes on PostgreSQL.
func New(ctx context.Context, db *sqlx.DB, listen string, entries int) (*Keyring, error) {
	quiet := slog.New(slog.DiscardHandler)
	store, err := keystore.New(db, keystore.Config{Logger: quiet})
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx); err != nil {
		return nil, err
	}
	cache, err := keycache.New(store, keycache.Config{
		ListenDSN: listen, Logger: quiet, MaxEntries: entries, MaxBytes: 1 << 30,
	})
	if err != nil {
		return nil, err
	}
	k := &Keyring{Store: store, Cache: cache}
	if err := k.mint(ctx); err != nil {
		return nil, err
	}
	k.Stop = run(ctx, cache)
	return k, errors.Join(k.awaitFresh(ctx), k.warm(ctx))
}

// mint makes the key and uses it for the first time.
func (k *Keyring) mint(ctx context.Context) error {
	_, secret, err := k.Store.Create(ctx, Build)
	if err != nil {
		return err
	}
	k.Raw = secret.Reveal()
	k.Key, err = k.Store.Verify(ctx, k.Raw)
	return err
}

// run follows the feed until the returned function has been called.
func run(ctx context.Context, cache *keycache.Cache) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cache.Run(ctx) // nil when ctx ends
	}()
	return func() {
		cancel()
		<-ended
	}
}

// awaitFresh waits until the cache may answer from memory.
func (k *Keyring) awaitFresh(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for !k.Cache.Stats().Fresh {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return errors.New("keyring: the cache has heard no heartbeat for 20 seconds")
		case <-tick.C:
		}
	}
	return nil
}

// warm has the key remembered, and is an error when it then is not.
func (k *Keyring) warm(ctx context.Context) error {
	for range 2 {
		if _, err := k.Cache.Verify(ctx, k.Raw); err != nil {
			return err
		}
	}
	if stats := k.Cache.Stats(); stats.Hits == 0 {
		return fmt.Errorf("keyring: the cache did not answer from memory: %+v", stats)
	}
	return nil
}
