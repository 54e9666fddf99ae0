package cli

import (
	"errors"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/keyview"
)

// keyRecord is a key's record as JSON, as the API has it. The state is told only
// here; what is resolved when a key is verified (permits, links, links_cut) only
// there.
type keyRecord struct {
	keyview.Record
	State string `json:"state"`
}

func recordOf(k apikey.Key, now time.Time) keyRecord {
	state, _ := stateOf(k, now)
	return keyRecord{keyview.Of(k), state}
}

// stateOf is what a key is at a time, and until when; a dead one, since when.
func stateOf(k apikey.Key, now time.Time) (state string, at time.Time) {
	switch err := k.Usable(now); {
	case errors.Is(err, apikey.ErrRevoked):
		return "revoked", k.RevokedAt
	case errors.Is(err, apikey.ErrExpired):
		return "expired", k.ExpiresAt
	case errors.Is(err, apikey.ErrLapsed):
		return "lapsed", k.ActivateBy
	case !k.RevokedAt.IsZero():
		return "in grace", k.RevokedAt
	case k.ActivatedAt.IsZero():
		return "waiting", k.ActivateBy
	}
	return "live", k.ExpiresAt
}
