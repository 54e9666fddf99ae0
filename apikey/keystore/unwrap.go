package keystore

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

// Unwrap opens a handle and returns the secret behind it, once among any number of
// callers. It starts no clock. Whoever comes second gets [ErrHandleSpent], and the
// key is revoked with all below it, since one of the two was not the worker: so
// never retry an unwrap, not even after a timeout. Later ones get ErrHandleSpent as
// well and change nothing; the log has a line of them once a minute for each key.
// Inside a transaction of the caller's all this counts once that is committed.
//
// Errors: [ErrHandleUnknown]; ErrHandleSpent, also of a handle that was not opened
// in time, which revokes nothing; apikey.ErrRevoked, ErrExpired, ErrLapsed or
// ErrUnknown of the key; or one that matches apikey.ErrUnavailable.
func (s *Store) Unwrap(ctx context.Context, handle string) (apikey.Secret, error) {
	_, part, err := s.handles.Parse(handle)
	if err != nil {
		return apikey.Secret{}, ErrHandleUnknown
	}
	var secret apikey.Secret
	var refused error // which is committed
	err = s.change(ctx, "unwrap a key", func(c *change) (err error) {
		secret, refused, err = c.unwrap(part)
		return err
	})
	if err != nil {
		return apikey.Secret{}, err
	}
	return secret, refused
}

// wrapped is a handle as its table has it.
type wrapped struct {
	hash          [sha256.Size]byte
	id            uuid.UUID
	sealed        []byte
	expiresAt     int64
	opened, again bool
}

// A handle is read without a lock, so that one whose second unwrap was seen costs no
// write any more. What moves it on is a statement that counts for one caller only.
const (
	selectHandle = `SELECT key_id, sealed, expires_at, opened_at IS NOT NULL, again_at IS NOT NULL FROM buildkey_handles WHERE hash = ?`
	openHandle   = `UPDATE buildkey_handles SET opened_at = ?, sealed = NULL WHERE hash = ? AND opened_at IS NULL`
	alarmHandle  = `UPDATE buildkey_handles SET again_at = ? WHERE hash = ? AND again_at IS NULL`
)

func (c *change) unwrap(part string) (secret apikey.Secret, refused, err error) {
	w := wrapped{hash: sha256.Sum256([]byte(part))}
	err = c.get(ErrHandleUnknown, selectHandle, []any{w.hash[:]}, &w.id, &w.sealed, &w.expiresAt, &w.opened, &w.again)
	switch {
	case err != nil:
		return apikey.Secret{}, nil, err
	case w.opened:
		return apikey.Secret{}, ErrHandleSpent, c.openedAgain(&w)
	case w.expiresAt <= c.now():
		return apikey.Secret{}, ErrHandleSpent, nil
	}
	return c.open(part, &w)
}

// open spends the handle, whether its key lives or not.
func (c *change) open(part string, w *wrapped) (secret apikey.Secret, refused, err error) {
	now := c.now()
	n, err := c.exec(openHandle, now, w.hash[:])
	if err != nil {
		return apikey.Secret{}, nil, err
	}
	if n == 0 { // somebody was faster
		return apikey.Secret{}, ErrHandleSpent, c.openedAgain(w)
	}
	m, err := c.member(w.id)
	if errors.Is(err, apikey.ErrNotFound) {
		return apikey.Secret{}, apikey.ErrUnknown, nil
	}
	if err != nil {
		return apikey.Secret{}, nil, err
	}
	if refused := m.usable(c.cfg.Now()); refused != nil {
		return apikey.Secret{}, refused, nil
	}
	if secret, err = unseal(part, w.id, w.sealed); err != nil {
		return apikey.Secret{}, nil, err
	}
	return secret, nil, c.happened(now, eventUnwrap, "", w.id.String())
}

// openedAgain ends a key whose handle was used twice, when that is seen first.
func (c *change) openedAgain(w *wrapped) error {
	if w.again {
		c.tellSpent(c.ctx, w.id)
		return nil
	}
	now := c.now()
	n, err := c.exec(alarmHandle, now, w.hash[:])
	if err != nil || n == 0 { // somebody was faster
		return err
	}
	if err := c.happened(now, eventUnwrapAgain, "", w.id.String()); err != nil {
		return err
	}
	return c.revokeOne(w.id, 0)
}
