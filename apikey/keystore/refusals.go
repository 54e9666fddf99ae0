package keystore

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// Stats counts what Verify answered since the store was made.
type Stats struct {
	Malformed, Unknown, Expired, Revoked, Lapsed, Unavailable uint64
}

// refusals counts, and keeps the log from being flooded.
type refusals struct {
	malformed, unknown, expired, revoked, lapsed, unavailable count

	mu     sync.Mutex
	logged map[refusal]int64 // when, in microseconds
}

// count is of one reason. Where that is not about a key it knows when it was last
// logged, which takes no lock that all requests share.
type count struct {
	atomic.Uint64
	logged atomic.Int64 // in microseconds
}

type refusal struct {
	id     uuid.UUID
	reason string
}

// maxLogged bounds the memory of what was logged. An attacker can present any
// number of keys; beyond this many in a minute they are counted and not logged.
const maxLogged = 1000

// Stats returns the counts.
func (s *Store) Stats() Stats {
	r := &s.refused
	return Stats{
		Malformed: r.malformed.Load(), Unknown: r.unknown.Load(), Expired: r.expired.Load(),
		Revoked: r.revoked.Load(), Lapsed: r.lapsed.Load(), Unavailable: r.unavailable.Load(),
	}
}

// refuse counts a refusal and logs it, once a minute for each key and reason.
func (c *core) refuse(ctx context.Context, id uuid.UUID, err error) {
	reason, counter := c.refused.kind(err)
	counter.Add(1)
	if !c.cfg.Logger.Enabled(ctx, slog.LevelInfo) {
		return
	}
	first := counter.first
	aboutKey := reason != "malformed" && reason != "unavailable"
	if aboutKey {
		first = func(now int64) bool { return c.refused.first(refusal{id, reason}, now) }
	}
	if !first(c.now()) {
		return
	}
	attrs := []slog.Attr{slog.String("reason", reason), slog.String("error", err.Error())}
	if aboutKey {
		attrs = append(attrs, slog.String("key", id.String()))
	}
	c.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "keystore: refused", attrs...)
}

// first is refusals.first for what is not about a key.
func (n *count) first(now int64) bool {
	at := n.logged.Load()
	return (at == 0 || now-at >= useEvery.Microseconds()) && n.logged.CompareAndSwap(at, now)
}

// tellCut warns that a key's links were cut.
func (c *core) tellCut(ctx context.Context, k apikey.Key) {
	if c.refused.first(refusal{k.ID, "links"}, c.now()) {
		c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "keystore: more projects are linked than a key carries: the rest is out of its reach",
			slog.String("key", k.ID.String()), slog.String("project", string(k.Project)), slog.Int("carried", len(k.Links)))
	}
}

// tellSpent logs that a handle came once more that has given its alarm.
func (c *core) tellSpent(ctx context.Context, id uuid.UUID) {
	if c.refused.first(refusal{id, "handle"}, c.now()) {
		c.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "keystore: refused", slog.String("reason", "handle"),
			slog.String("error", ErrHandleSpent.Error()), slog.String("key", id.String()))
	}
}

func (r *refusals) kind(err error) (string, *count) {
	switch {
	case err == apikey.ErrMalformed: // by Parse, which wraps it in nothing: floods come here
		return "malformed", &r.malformed
	case errors.Is(err, apikey.ErrUnknown):
		return "unknown", &r.unknown
	case errors.Is(err, apikey.ErrExpired):
		return "expired", &r.expired
	case errors.Is(err, apikey.ErrRevoked):
		return "revoked", &r.revoked
	case errors.Is(err, apikey.ErrLapsed):
		return "lapsed", &r.lapsed
	}
	return "unavailable", &r.unavailable
}

// first tells whether what was not logged within the last minute.
func (r *refusals) first(what refusal, now int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	minute := useEvery.Microseconds()
	if at, ok := r.logged[what]; ok && now-at < minute {
		return false
	}
	if len(r.logged) >= maxLogged {
		for old, at := range r.logged {
			if now-at >= minute {
				delete(r.logged, old)
			}
		}
		if len(r.logged) >= maxLogged {
			return false
		}
	}
	if r.logged == nil {
		r.logged = map[refusal]int64{}
	}
	r.logged[what] = now
	return true
}
