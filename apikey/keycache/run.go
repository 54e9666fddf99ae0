package keycache

import (
	"context"
	"log/slog"
	"time"
)

// Run follows the feed until ctx ends, and again when the feed was lost. It
// returns nil when ctx ends. Where there is no feed it says so in the log, and the
// cache reads through. Run it once.
func (c *Cache) Run(ctx context.Context) error {
	if c.feed == nil {
		c.cfg.Logger.WarnContext(ctx, "keycache: no ListenDSN and no Feed: nothing is remembered, every request asks the database")
		<-ctx.Done()
		return nil
	}
	for ctx.Err() == nil {
		c.counts.follows.Add(1)
		c.AllChanged() // what changed while nobody listened is not known
		err := c.feed.Follow(ctx, c)
		c.pulse.stop()
		if ctx.Err() == nil {
			c.lost(ctx, err)
		}
	}
	return nil
}

// lost waits before the next try: as long as the bound, for nothing is at stake
// but speed. It logs at most once a minute.
func (c *Cache) lost(ctx context.Context, err error) {
	if now := c.cfg.Now(); now.Sub(c.toldLost) >= time.Minute {
		c.toldLost = now
		c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "keycache: the feed of changes was lost: asking the database until it is back", slog.Any("error", err))
	}
	wait := time.NewTimer(c.cfg.Bound)
	defer wait.Stop()
	select {
	case <-ctx.Done():
	case <-wait.C:
	}
}
