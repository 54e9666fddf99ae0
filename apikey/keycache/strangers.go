package keycache

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
)

// stranger is a well-formed key that does not exist, or not with that secret.
type stranger struct {
	digest digest
	until  time.Time
}

const maxStrangers = 10_000

// newStrangers bounds by number; how long one counts is asked of the clock.
func newStrangers() (*otter.Cache[uuid.UUID, stranger], error) {
	return otter.New(&otter.Options[uuid.UUID, stranger]{MaximumSize: maxStrangers})
}

func (c *Cache) isStranger(p *presented, now time.Time) bool {
	s, ok := c.unknown.GetIfPresent(p.id)
	return ok && now.Before(s.until) && s.digest.equal(&p.digest)
}

// rememberStranger lasts for the bound: a key minted with that very id and secret
// cannot come, but a lagging replica may have been asked.
func (c *Cache) rememberStranger(p *presented, now time.Time) {
	c.unknown.Set(p.id, stranger{p.digest, now.Add(c.cfg.Bound)})
}

// gate lets a bounded number of misses ask the database at a time. Anyone can
// compute the check of a key, so a flood of well-formed keys that do not exist is
// to be expected: each keeps its place in line for a while after its answer, so
// that they ask at most atOnce/penalty times a second, 1,000. Keys that exist
// wait in the same line, where a place is free again as soon as they are answered,
// and remembered keys do not wait at all.
type gate struct{ places chan struct{} }

const (
	atOnce  = 16
	penalty = 16 * time.Millisecond
)

func newGate() gate { return gate{make(chan struct{}, atOnce)} }

func (g gate) enter(ctx context.Context) error {
	select {
	case g.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) leave(unknown bool) {
	if unknown {
		time.AfterFunc(penalty, func() { <-g.places })
		return
	}
	<-g.places
}
