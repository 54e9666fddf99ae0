package keystore

import (
	"context"
	"database/sql"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// Rotate puts a new key with a new secret in the place of one: with its
// attachment, scopes, allow list, parent, name and what is left of its life, its
// clock running on if it runs. The old key is revoked with the overlap as its
// grace, and its children with it; it never lives longer than it would have.
// CreatedAt is the new key's own.
//
// Errors: apikey.ErrNotFound; ErrRevoked (also of a key in its grace), ErrExpired
// or ErrLapsed; a [*SpecError] for a negative overlap; or one that matches
// apikey.ErrUnavailable.
func (s *Store) Rotate(ctx context.Context, id uuid.UUID, overlap time.Duration) (apikey.Key, apikey.Secret, error) {
	if err := checkGrace("overlap", overlap); err != nil {
		return apikey.Key{}, apikey.Secret{}, err
	}
	var r *row
	var secret apikey.Secret
	err := s.change(ctx, "rotate a key", func(c *change) error {
		old, err := c.own(id)
		if err != nil {
			return err
		}
		r = old.row.successor(c.now())
		if secret, err = c.replace(old, r); err != nil {
			return err
		}
		if err := c.born(eventRotate, r, "in place of "+id.String()); err != nil {
			return err
		}
		return c.revokeOne(id, overlap)
	})
	return s.minted(r, secret, err)
}

// own locks a key from its parent down, and checks that it lives and nobody has
// ended it.
func (c *change) own(id uuid.UUID) (*member, error) {
	if err := c.lockParent(id); err != nil {
		return nil, err
	}
	if err := c.lock(id); err != nil {
		return nil, err
	}
	m, err := c.member(id)
	if err != nil {
		return nil, err
	}
	return m, m.unrevoked(c.cfg.Now())
}

// successor is a row like r, still to be given an id, a secret and the name.
func (r row) successor(now int64) *row {
	r.createdAt, r.lastUsedAt = now, sql.NullInt64{}
	return &r
}

// replace stores r and moves the old key's name to it, if that still has it.
func (c *change) replace(old *member, r *row) (apikey.Secret, error) {
	secret, err := c.draw(r)
	if err != nil {
		return apikey.Secret{}, err
	}
	if _, err := c.exec(`UPDATE buildkey_keys SET held_name = NULL WHERE id = ?`, old.key.ID.String()); err != nil {
		return apikey.Secret{}, err
	}
	ok, err := c.insert(r)
	if err == nil && !ok {
		err = ErrNameTaken
	}
	return secret, err
}
