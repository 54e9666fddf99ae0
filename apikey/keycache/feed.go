package keycache

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/dialect"
)

// Feed reports to a cache what changed in the database. One for another database,
// or another way to carry changes, is written by implementing it.
type Feed interface {
	// Follow reports to sink from now on, until ctx ends or it loses track:
	// then it returns, and the cache, having forgotten all it knew, calls it
	// again after a pause. Reports come in the order of the commits, heartbeats
	// among them. A nil error is as good as any other: only ctx ends it for good.
	Follow(ctx context.Context, sink Sink) error
}

// Sink is told what changed. A [Cache] is one. Its methods are quick and safe to
// share.
type Sink interface {
	// Beat says that everything committed before sent has been reported.
	Beat(sent time.Time)
	// KeyChanged says that a key may be worth less than before, or gone.
	KeyChanged(id uuid.UUID)
	// ProjectChanged says so of all keys of a project.
	ProjectChanged(id apikey.ID)
	// AllChanged says so of every key.
	AllChanged()
}

// Beat implements [Sink]. A heartbeat that came too late for the one before it
// has left a gap in which requests were read through; nothing from before it is
// believed any more.
func (c *Cache) Beat(sent time.Time) {
	if !c.pulse.beat(sent, c.cfg.Bound) {
		c.AllChanged()
	}
	c.counts.beats.Add(1)
}

// KeyChanged implements [Sink].
func (c *Cache) KeyChanged(id uuid.UUID) {
	c.changes.key(id)
	c.counts.drops.Add(1)
}

// ProjectChanged implements [Sink].
func (c *Cache) ProjectChanged(id apikey.ID) {
	c.changes.project(id)
	c.counts.drops.Add(1)
}

// AllChanged implements [Sink].
func (c *Cache) AllChanged() {
	c.changes.everything()
	c.counts.dropsAll.Add(1)
}

const (
	leastPatience = 2 * time.Second
	// connecting is long because a new listener may have to read past all that the
	// queue of notifications holds.
	connecting = 30 * time.Second
)

// feedFor is the feed for the store's database, nil where there can be none.
func feedFor(store *keystore.Store, cfg Config) Feed {
	db := store.DB()
	if kind, err := dialect.Of(db.DriverName()); err != nil || kind != dialect.Postgres {
		return &poller{db: db.DB, every: cfg.Bound / 2, now: cfg.Now}
	}
	if cfg.ListenDSN == "" {
		return nil
	}
	return &listener{
		db: db.DB, dsn: cfg.ListenDSN, now: cfg.Now,
		every: cfg.Bound / 4, connect: connecting, patience: max(5*cfg.Bound, leastPatience),
	}
}
