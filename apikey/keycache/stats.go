package keycache

import (
	"sync/atomic"
	"time"

	"github.com/buildkey/buildkey/apikey/keystore"
)

// Stats is what a cache has done since it was made, and how it is.
type Stats struct {
	Hits      uint64 // answered from memory
	Misses    uint64 // sent on to the store, or to a read under way
	Queries   uint64 // reads that the misses cost
	Strangers uint64 // keys that do not exist, answered from memory
	Drops     uint64 // reports about one key or project
	DropsAll  uint64 // reports about every key, and losses of track
	Follows   uint64 // times that the feed was started
	Beats     uint64 // heartbeats heard

	Entries int       // keys remembered, about
	Fresh   bool      // hits are possible now
	Beat    time.Time // when the newest heartbeat was sent; zero: there is none

	Refused keystore.Stats // what the store answered to misses, by kind
}

type counts struct {
	hits, misses, queries, strangers, drops, dropsAll, follows, beats atomic.Uint64
}

// Stats returns the counters and gauges. Each is exact, but they are not all of
// one instant.
func (c *Cache) Stats() Stats {
	s := Stats{
		Hits: c.counts.hits.Load(), Misses: c.counts.misses.Load(), Queries: c.counts.queries.Load(),
		Strangers: c.counts.strangers.Load(), Drops: c.counts.drops.Load(), DropsAll: c.counts.dropsAll.Load(),
		Follows: c.counts.follows.Load(), Beats: c.counts.beats.Load(),
		Entries: c.entries.EstimatedSize(), Fresh: c.pulse.fresh(c.cfg.Now(), c.cfg.Bound), Refused: c.store.Stats(),
	}
	if sent := c.pulse.sent.Load(); sent != nil {
		s.Beat = *sent
	}
	return s
}
