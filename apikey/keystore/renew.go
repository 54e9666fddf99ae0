package keystore

import (
	"context"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// renewKey leaves an expiry as it is rather than bring it forward.
const renewKey = `UPDATE buildkey_keys AS k SET expires_at = GREATEST(k.expires_at, LEAST(?::bigint + k.ttl, k.activated_at + k.max_ttl,
	COALESCE((SELECT p.expires_at FROM buildkey_keys p WHERE p.id = k.parent), ?::bigint + k.ttl)))
WHERE k.id = ? RETURNING expires_at`

// Renew moves a key's expiry to now + TTL: never earlier than it was, never past
// MaxTTL from the first use, never past the parent's present expiry. A key that
// waits for its first use has no expiry to move and is returned as it is.
//
// An expiry that is as late as it may be stays as it is, which is no error. A loop
// that renews can tell by ExpiresAt: once the key returned has the same as before,
// it will end then, and a new key is needed.
//
// Errors: apikey.ErrNotFound; ErrRevoked (also of a key in its grace), ErrExpired or
// ErrLapsed; or one that matches apikey.ErrUnavailable.
func (s *Store) Renew(ctx context.Context, id uuid.UUID) (apikey.Key, error) {
	var r row
	err := s.change(ctx, "renew a key", func(c *change) error {
		m, err := c.own(id)
		if err != nil {
			return err
		}
		if r = m.row; !r.activatedAt.Valid {
			return nil
		}
		now := c.now()
		if err := c.get(apikey.ErrNotFound, renewKey, []any{now, now, id.String()}, &r.expiresAt); err != nil {
			return err
		}
		return c.happened(now, eventRenew, "until "+instant(r.expiresAt).Format(time.RFC3339), id.String())
	})
	if err != nil {
		return apikey.Key{}, err
	}
	k, err := s.key(&r)
	return k, trouble("read a key", err)
}
