package keystore

import (
	"context"
	"log/slog"
	"time"
)

const (
	writeUsesEvery = 10 * time.Second
	purgeEvery     = 10 * time.Minute
	flushWithin    = 5 * time.Second
)

// Run writes down when keys were last used and purges those long dead, until ctx
// ends. What was noted by then is still written. Trouble with the database is
// logged, and tried again at the next turn; Run returns only at the end, nil or
// what kept the last uses from being written. Several may run at once.
func (s *Store) Run(ctx context.Context) error {
	s = s.In(nil)
	write := time.NewTicker(writeUsesEvery)
	defer write.Stop()
	purge := time.NewTicker(purgeEvery)
	defer purge.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushWithin)
			defer cancel()
			return s.flush(last)
		case <-write.C:
			s.report(ctx, "write last uses", s.flush(ctx))
		case <-purge.C:
			n, err := s.Purge(ctx, 0)
			s.report(ctx, "purge", err)
			if n > 0 {
				s.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "keystore: purged", slog.Int64("keys", n))
			}
		}
	}
}

// report logs what went wrong in the background; a context that ended is no news.
func (s *Store) report(ctx context.Context, doing string, err error) {
	if err != nil && ctx.Err() == nil {
		s.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "keystore: cannot "+doing+" now, will try again", slog.String("error", err.Error()))
	}
}
