package keystore

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

const selectVerify = `SELECT ` + record + `, k.secret_hash, ` + above + `, ` + reach + ` FROM buildkey_keys k WHERE k.id = ?`

// found is what one look at the database told of a key.
type found struct {
	row   row
	above sql.NullInt64
	reach sql.NullString
	known *reached // what was remembered of it, nil for nothing
}

// Verify tells which key raw is, with its scopes expanded and its links
// resolved, and starts its clock at the first use. It costs one statement by
// primary key, prepared once, and a first use one more. Its errors match
// apikey.ErrInvalid or apikey.ErrUnavailable:
//
//	ErrMalformed    raw has not the shape of a key; nothing was asked
//	ErrUnknown      no such key, or not its secret; purged keys too
//	ErrRevoked      it is revoked, or a key above it is dead or gone
//	ErrExpired      its time is over
//	ErrLapsed       it was not used in time
//	ErrUnavailable  the database could not answer
//
// The last of these carries the cause, such as context.Canceled. Only who holds
// the right secret learns that a key is revoked, expired or lapsed.
func (s *Store) Verify(ctx context.Context, raw string) (apikey.Key, error) {
	if s == nil || s.core == nil {
		return apikey.Key{}, errNotMade
	}
	id, secret, err := s.keys.Parse(raw)
	if err != nil {
		s.refuse(ctx, uuid.Nil, err)
		return apikey.Key{}, err
	}
	k, err := s.admit(ctx, id, secret)
	if err != nil {
		s.refuse(ctx, id, err)
		return apikey.Key{}, err
	}
	if k.LinksCut {
		s.tellCut(ctx, k)
	}
	s.Used(k)
	return k, nil
}

// errNotMade is all that the zero Store has to say.
var errNotMade = fmt.Errorf("keystore: the store was not made by New: %w", apikey.ErrUnavailable)

// admit looks until it has seen the key activated, by this call or another. A
// second look is only needed when others changed the key in between.
func (s *Store) admit(ctx context.Context, id uuid.UUID, secret string) (apikey.Key, error) {
	for range 5 {
		f, err := s.find(ctx, id)
		if err != nil {
			return apikey.Key{}, err
		}
		k, err := s.judge(f, secret)
		if err != nil {
			return apikey.Key{}, err
		}
		if k.ActivatedAt.IsZero() {
			if ok, err := s.activate(ctx, &k); err != nil {
				return apikey.Key{}, err
			} else if !ok {
				continue
			}
		}
		k.Links, k.LinksCut, err = s.resolve(f)
		return k, trouble("read the links of a key", err)
	}
	return apikey.Key{}, trouble("activate a key", errors.New("others kept changing it"))
}

// find reads the row of id; an absent one is nil. What a transaction sees of itself is
// not remembered, nor does the stamp tell of it.
func (s *Store) find(ctx context.Context, id uuid.UUID) (*found, error) {
	f := found{row: row{id: id}}
	var stamp string
	if s.tx == nil {
		stamp, f.known = s.memory.recall(id)
	}
	err := s.selectOne(ctx, s.verify, []any{stamp, id.String()}, []any{&f.row, &f.row.hash, &f.above, &f.reach})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &f, trouble("verify a key", err)
}

// judge compares the secret, as long for a key that is absent as for one that
// is there, and only then looks at why the key may be dead.
func (s *Store) judge(f *found, secret string) (apikey.Key, error) {
	var none found
	present := f != nil
	if !present {
		none.row.hash = make([]byte, sha256.Size)
		f = &none
	}
	if !matches(f.row.hash, secret) || !present {
		return apikey.Key{}, apikey.ErrUnknown
	}
	k, err := s.key(&f.row)
	if err != nil {
		return apikey.Key{}, trouble("read a key", err)
	}
	return k, usable(k, f.above, s.cfg.Now())
}

// matches compares in constant time.
func matches(hash []byte, secret string) bool {
	got := sha256.Sum256(append(make([]byte, 0, sha256.Size*2), secret...)) // on the stack
	return subtle.ConstantTimeCompare(hash, got[:]) == 1
}

// activateKey starts the clock of a key that waits for it. The children of a key
// with an expiry get no later one.
const activateKey = `UPDATE buildkey_keys AS k SET activated_at = ?::bigint,
	expires_at = LEAST(?::bigint + ttl, COALESCE((SELECT p.expires_at FROM buildkey_keys p WHERE p.id = k.parent), ?::bigint + ttl))
WHERE id = ? AND activated_at IS NULL AND activate_by > ? AND (revoked_at IS NULL OR revoked_at > ?) AND NOT at_once
RETURNING activated_at, expires_at, revoked_at`

// activate starts the clock of k, and is false when somebody else did, or the
// key died.
func (s *Store) activate(ctx context.Context, k *apikey.Key) (bool, error) {
	var activated, expires, revoked sql.NullInt64
	now := s.now()
	err := s.reader().QueryRowxContext(ctx, s.text(activateKey), now, now, now, k.ID.String(), now, now).
		Scan(&activated, &expires, &revoked)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, trouble("activate a key", err)
	}
	k.ActivatedAt, k.ExpiresAt, k.RevokedAt = instant(activated), instant(expires), instant(revoked)
	return k.Usable(time.UnixMicro(now)) == nil, nil
}
