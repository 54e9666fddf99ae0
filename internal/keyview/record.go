// Package keyview is keys and links as JSON, under the names and in the forms that
// the server's API and the command share.
package keyview

import (
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

// Record is what is kept of a key. What is not set is null. It holds no secret, and
// nothing that is resolved only when a key is verified.
type Record struct {
	ID          uuid.UUID        `json:"id"`
	Name        string           `json:"name"`
	Level       string           `json:"level"`
	Project     ID               `json:"project"`
	Version     ID               `json:"version"`
	Build       ID               `json:"build"`
	Scopes      apikey.Scopes    `json:"scopes"`
	AllowList   apikey.AllowList `json:"allow_list"`
	Parent      *uuid.UUID       `json:"parent"`
	CreatedBy   *string          `json:"created_by"`
	CreatedAt   *time.Time       `json:"created_at"`
	ActivateBy  *time.Time       `json:"activate_by"`
	ActivatedAt *time.Time       `json:"activated_at"`
	ExpiresAt   *time.Time       `json:"expires_at"`
	RevokedAt   *time.Time       `json:"revoked_at"`
	LastUsedAt  *time.Time       `json:"last_used_at"`
}

// Of is the record of k, with its times in UTC.
func Of(k apikey.Key) Record {
	return Record{
		ID: k.ID, Name: k.Name, Level: k.Level().String(),
		Project: ID(k.Project), Version: ID(k.Version), Build: ID(k.Build),
		Scopes: k.Scopes, AllowList: k.AllowList,
		Parent: set(k.Parent), CreatedBy: set(k.CreatedBy),
		CreatedAt: set(k.CreatedAt.UTC()), ActivateBy: set(k.ActivateBy.UTC()),
		ActivatedAt: set(k.ActivatedAt.UTC()), ExpiresAt: set(k.ExpiresAt.UTC()),
		RevokedAt: set(k.RevokedAt.UTC()), LastUsedAt: set(k.LastUsedAt.UTC()),
	}
}

// set is nil for a value that is not set.
func set[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}
