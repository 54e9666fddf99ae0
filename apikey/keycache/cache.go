package keycache

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// Config is how a cache works. The zero Config is ready to use on SQLite; on
// PostgreSQL set ListenDSN.
type Config struct {
	// MaxEntries and MaxBytes bound what is remembered: 10,000 keys and 64 MiB
	// when zero.
	MaxEntries int
	MaxBytes   int64
	// Bound is the longest that a revoked key may still be let in: 1 s when
	// zero, and at least 10 ms.
	Bound time.Duration
	// ListenDSN is PostgreSQL's connection string for the one connection that
	// listens. It must lead to the server itself, not to a pooler in
	// transaction mode. Empty, with a nil Feed: the cache reads through.
	ListenDSN string
	// Feed reports changes. Nil: the one for the store's database.
	Feed Feed
	// Now is the clock. Nil is time.Now. It must be the store's.
	Now func() time.Time
	// Logger is told when the feed is lost, at most once a minute, and when there
	// is none. Nil is slog.Default().
	Logger *slog.Logger
}

// source is what a cache needs of its keystore.Store.
type source interface {
	Verify(ctx context.Context, raw string) (apikey.Key, error)
	Used(k apikey.Key)
	Stats() keystore.Stats
}

const (
	defaultEntries = 10_000
	defaultBytes   = 64 << 20
	defaultBound   = time.Second
	shortestBound  = 10 * time.Millisecond
)

// Cache is a Verifier that remembers. Make one with [New]; it is safe to share.
type Cache struct {
	cfg     Config
	store   source
	format  apikey.Format
	entries *otter.Cache[uuid.UUID, *entry]
	unknown *otter.Cache[uuid.UUID, stranger]
	feed    Feed // nil: none
	pulse   pulse
	changes changes
	flights flights
	gate    gate
	counts  counts

	toldLost time.Time // when the log was last told of a lost feed; Run's own
}

// New returns a cache in front of store, which follows no changes before
// [Cache.Run]. It is an error when store is nil, or the Config holds a negative
// number or a Bound below 10 ms.
func New(store *keystore.Store, cfg Config) (*Cache, error) {
	if store == nil {
		return nil, errors.New("keycache: the store is nil: give the one that keystore.New returned")
	}
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	if cfg.Feed == nil {
		cfg.Feed = feedFor(store, cfg)
	}
	c, err := build(store, store.Format(), cfg)
	if err != nil {
		return nil, err
	}
	store.Watch(c.changed)
	return c, nil
}

// build makes a cache of a complete Config.
func build(store source, format apikey.Format, cfg Config) (*Cache, error) {
	entries, err := newEntries(cfg)
	if err != nil {
		return nil, fmt.Errorf("keycache: %w", err)
	}
	unknown, err := newStrangers()
	if err != nil {
		return nil, fmt.Errorf("keycache: %w", err)
	}
	return &Cache{
		cfg: cfg, store: store, format: format, feed: cfg.Feed,
		entries: entries, unknown: unknown, gate: newGate(), flights: newFlights(),
	}, nil
}

// changed is told by the store of this process what it has committed.
func (c *Cache) changed(key uuid.UUID) {
	if key == uuid.Nil {
		c.AllChanged()
		return
	}
	c.KeyChanged(key)
}

func (cfg *Config) complete() error {
	if cfg.MaxEntries < 0 || cfg.MaxBytes < 0 {
		return fmt.Errorf("keycache: %d entries and %d bytes: a bound cannot be negative", cfg.MaxEntries, cfg.MaxBytes)
	}
	if cfg.Bound != 0 && cfg.Bound < shortestBound {
		return fmt.Errorf("keycache: a bound of %v is shorter than %v, which no heartbeat could keep", cfg.Bound, shortestBound)
	}
	if cfg.MaxEntries == 0 {
		cfg.MaxEntries = defaultEntries
	}
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = defaultBytes
	}
	if cfg.Bound == 0 {
		cfg.Bound = defaultBound
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	return nil
}

// Verify answers as [keystore.Store.Verify] does, from memory where that is
// allowed. A key that was remembered and has died since gets the error of its
// death; the wrong secret for it is apikey.ErrUnknown without a query. A key that
// changed under a slow read again and again is apikey.ErrUnavailable. A derived key
// is read again after each Bound, since it dies with the keys above it. The lists of
// the key are the cache's own: read them, and change a copy.
func (c *Cache) Verify(ctx context.Context, raw string) (apikey.Key, error) {
	if c == nil || c.store == nil {
		return apikey.Key{}, errNotMade
	}
	id, secret, err := c.format.Parse(raw)
	if err != nil {
		return c.store.Verify(ctx, raw) // which counts it, and asks nothing
	}
	if err := ctx.Err(); err != nil {
		return apikey.Key{}, fmt.Errorf("keycache: %w: %w", apikey.ErrUnavailable, err)
	}
	p := presented{id: id, raw: raw, digest: digestOf(secret)}
	now := c.cfg.Now()
	if c.pulse.fresh(now, c.cfg.Bound) {
		if e, err := c.remembered(&p, now); err != nil {
			return apikey.Key{}, err
		} else if e != nil {
			return e.key, nil
		}
	}
	if c.isStranger(&p, now) {
		c.counts.strangers.Add(1)
		return apikey.Key{}, apikey.ErrUnknown
	}
	c.counts.misses.Add(1)
	return c.flights.do(ctx, p, c.fetch)
}

// errNotMade is all that the zero Cache has to say.
var errNotMade = fmt.Errorf("keycache: the cache was not made by New: %w", apikey.ErrUnavailable)

// presented is a well-formed key as a caller presented it.
type presented struct {
	id     uuid.UUID
	raw    string
	digest digest
}

type digest [sha256.Size]byte

// digestOf copies to the stack, so that a hit allocates nothing.
func digestOf(secret string) digest {
	var text [64]byte
	return sha256.Sum256(text[:copy(text[:], secret)])
}

func (d *digest) equal(o *digest) bool { return subtle.ConstantTimeCompare(d[:], o[:]) == 1 }

// remembered answers from memory, or with nil and nil. The caller has seen a fresh
// pulse.
func (c *Cache) remembered(p *presented, now time.Time) (*entry, error) {
	e, ok := c.entries.GetIfPresent(p.id)
	if !ok || !c.changes.unchanged(&e.seen) || e.old(now, c.cfg.Bound) {
		return nil, nil
	}
	if !e.digest.equal(&p.digest) {
		c.counts.hits.Add(1)
		return nil, apikey.ErrUnknown
	}
	if e.key.Usable(now) != nil {
		return nil, nil // the store knows why, and counts it
	}
	if e.due(now) {
		c.store.Used(e.key)
	}
	c.counts.hits.Add(1)
	return e, nil
}
