package apikey

import "time"

// Usable tells whether the key may be used at the given time: nil, or
// [ErrRevoked], [ErrExpired] or [ErrLapsed], asked in that order. At the very
// instant of its revocation, expiry or lapse a key is dead (RFC 7519, 4.1.4).
// The zero Key, which was never given a time to live, has lapsed.
func (k Key) Usable(at time.Time) error {
	switch {
	case k.revoked(at):
		return ErrRevoked
	case k.expired(at):
		return ErrExpired
	case k.lapsed(at):
		return ErrLapsed
	}
	return nil
}

func (k *Key) revoked(at time.Time) bool {
	return !k.RevokedAt.IsZero() && !at.Before(k.RevokedAt)
}

// expired holds also for a key that was activated without an expiry: no key
// lives for ever.
func (k *Key) expired(at time.Time) bool {
	if k.ExpiresAt.IsZero() {
		return !k.ActivatedAt.IsZero()
	}
	return !at.Before(k.ExpiresAt)
}

// lapsed holds for a key that was not used in time. One that bounds neither
// its wait nor its life has lapsed from the start.
func (k *Key) lapsed(at time.Time) bool {
	switch {
	case !k.ActivatedAt.IsZero():
		return false
	case k.ActivateBy.IsZero():
		return k.ExpiresAt.IsZero()
	}
	return !at.Before(k.ActivateBy)
}
