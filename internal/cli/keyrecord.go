package cli

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

// keyRecord is a key's record as JSON, under the names that the API gives its
// fields. The state is told only here; what is resolved when a key is verified
// (permits, links, links_cut) only there.
type keyRecord struct {
	ID          uuid.UUID        `json:"id"`
	Name        string           `json:"name"`
	State       string           `json:"state"`
	Level       string           `json:"level"`
	Project     any              `json:"project"`
	Version     any              `json:"version"`
	Build       any              `json:"build"`
	Scopes      apikey.Scopes    `json:"scopes"`
	AllowList   apikey.AllowList `json:"allow_list"`
	Parent      *uuid.UUID       `json:"parent"`
	CreatedBy   string           `json:"created_by"`
	CreatedAt   *time.Time       `json:"created_at"`
	ActivateBy  *time.Time       `json:"activate_by"`
	ActivatedAt *time.Time       `json:"activated_at"`
	ExpiresAt   *time.Time       `json:"expires_at"`
	RevokedAt   *time.Time       `json:"revoked_at"`
	LastUsedAt  *time.Time       `json:"last_used_at"`
}

func recordOf(k apikey.Key, now time.Time) keyRecord {
	state, _ := stateOf(k, now)
	r := keyRecord{
		ID: k.ID, Name: k.Name, State: state, Level: k.Level().String(),
		Project: idJSON(k.Project), Version: idJSON(k.Version), Build: idJSON(k.Build),
		Scopes: k.Scopes, AllowList: k.AllowList, CreatedBy: k.CreatedBy,
		CreatedAt: set(k.CreatedAt), ActivateBy: set(k.ActivateBy), ActivatedAt: set(k.ActivatedAt),
		ExpiresAt: set(k.ExpiresAt), RevokedAt: set(k.RevokedAt), LastUsedAt: set(k.LastUsedAt),
	}
	if k.Parent != uuid.Nil {
		r.Parent = &k.Parent
	}
	return r
}

// set is nil for a time that has not come.
func set(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// idJSON is null, an integer, or text for what is neither.
func idJSON(id apikey.ID) any {
	if id == "" {
		return nil
	}
	if (rowID{new(apikey.ID)}).Set(string(id)) == nil {
		return json.Number(id)
	}
	return string(id)
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
