package keycache

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/buildkey/buildkey/apikey"
)

// fetchTries is how often a key is read whose answer came too late to be believed.
const fetchTries = 3

// errLate is what is left to say then.
var errLate = fmt.Errorf("keycache: the key was read %d times, each time slower than the bound or while it changed: %w", fetchTries, apikey.ErrUnavailable)

// fetch reads a key from the store, in line with other misses. What was read is judged
// when it returns: it counts when it took less than the bound, or when the feed vouches
// for it.
func (c *Cache) fetch(ctx context.Context, p presented) (apikey.Key, error) {
	for range fetchTries {
		if err := c.gate.enter(ctx); err != nil {
			return apikey.Key{}, fmt.Errorf("keycache: %w: %w", apikey.ErrUnavailable, err)
		}
		started, b := c.cfg.Now(), c.changes.before(p.id)
		k, err := c.ask(ctx, p)
		if err != nil {
			return apikey.Key{}, err
		}
		now := c.cfg.Now()
		seen, quiet := c.changes.since(b, &k)
		vouched := quiet && c.pulse.fresh(now, c.cfg.Bound)
		if !vouched && !within(started, now, c.cfg.Bound) {
			continue
		}
		if err := k.Usable(now); err != nil {
			return apikey.Key{}, err
		}
		if vouched {
			c.remember(&entry{key: k, digest: p.digest, seen: seen, read: started})
		}
		return k, nil
	}
	return apikey.Key{}, errLate
}

// ask goes to the store, and leaves the gate.
func (c *Cache) ask(ctx context.Context, p presented) (apikey.Key, error) {
	c.counts.queries.Add(1)
	k, err := c.store.Verify(ctx, p.raw)
	unknown := errors.Is(err, apikey.ErrUnknown)
	c.gate.leave(unknown)
	if unknown {
		c.rememberStranger(&p, c.cfg.Now())
	}
	return k, err
}

// remember keeps an entry, with texts of its own: those of the store hang on to a
// longer one.
func (c *Cache) remember(e *entry) {
	k := &e.key
	for _, text := range []*string{&k.Name, (*string)(&k.Project), (*string)(&k.Version), (*string)(&k.Build), &k.CreatedBy} {
		*text = strings.Clone(*text)
	}
	e.noted.Store(c.cfg.Now().Unix())
	c.entries.Set(k.ID, e)
}
