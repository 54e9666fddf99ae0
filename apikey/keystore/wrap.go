package keystore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

const (
	defaultHandleLife = 10 * time.Minute
	maxHandleLife     = 24 * time.Hour
)

// Wrap gives a handle to put on a queue in place of a key's secret: good once, and
// for the time given (zero: 10 minutes, at most 24 h). It starts no clock. The
// handle is as confidential as the key until it is opened. Errors: a [*SpecError]
// for a bad time; apikey.ErrMalformed, ErrUnknown, ErrRevoked, ErrExpired or
// ErrLapsed of the secret; or one that matches apikey.ErrUnavailable.
func (s *Store) Wrap(ctx context.Context, secret apikey.Secret, within time.Duration) (handle apikey.Secret, err error) {
	if within == 0 {
		within = defaultHandleLife
	}
	var bad fieldErrors
	bad.within("within", within, maxHandleLife)
	if err := bad.err(); err != nil {
		return apikey.Secret{}, err
	}
	id, part, err := s.keys.Parse(secret.Reveal())
	if err != nil {
		return apikey.Secret{}, err
	}
	err = s.change(ctx, "wrap a key", func(c *change) error {
		m, err := c.member(id)
		if errors.Is(err, apikey.ErrNotFound) || err == nil && !matches(m.row.hash, part) {
			return apikey.ErrUnknown
		}
		if err != nil {
			return err
		}
		if err := m.usable(c.cfg.Now()); err != nil {
			return err
		}
		handle, err = c.wrap(id, secret, within)
		return err
	})
	return handle, err
}

// wrap stores a handle for a secret that was checked.
func (c *change) wrap(id uuid.UUID, secret apikey.Secret, within time.Duration) (apikey.Secret, error) {
	handle, err := c.handles.Mint(id, c.cfg.Rand)
	if err != nil {
		return apikey.Secret{}, fmt.Errorf("keystore: %w", err)
	}
	_, part, err := c.handles.Parse(handle.Reveal())
	if err != nil {
		return apikey.Secret{}, fmt.Errorf("keystore: %w", err)
	}
	sealed, err := seal(part, id, secret)
	if err != nil {
		return apikey.Secret{}, err
	}
	now, hash := c.now(), sha256.Sum256([]byte(part))
	if _, err := c.exec(`INSERT INTO buildkey_handles (hash, key_id, sealed, expires_at) VALUES (?, ?, ?, ?)`,
		hash[:], id.String(), sealed, now+within.Microseconds()); err != nil {
		return apikey.Secret{}, err
	}
	return handle, c.happened(now, eventWrap, "for "+within.String(), id.String())
}
