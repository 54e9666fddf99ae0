package server

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

// keyView is a key's record as JSON. It holds no secret, but for Key in the one
// answer that tells it.
type keyView struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Level       string           `json:"level"`
	Project     idView           `json:"project"`
	Version     idView           `json:"version"`
	Build       idView           `json:"build"`
	Scopes      apikey.Scopes    `json:"scopes"`
	Permits     apikey.Scopes    `json:"permits"`
	AllowList   apikey.AllowList `json:"allow_list"`
	Parent      *string          `json:"parent"`
	CreatedBy   *string          `json:"created_by"`
	CreatedAt   *moment          `json:"created_at"`
	ActivateBy  *moment          `json:"activate_by"`
	ActivatedAt *moment          `json:"activated_at"`
	ExpiresAt   *moment          `json:"expires_at"`
	RevokedAt   *moment          `json:"revoked_at"`
	LastUsedAt  *moment          `json:"last_used_at"`
	Links       []linkView       `json:"links"`
	LinksCut    bool             `json:"links_cut"`
	Key         string           `json:"key,omitempty"`
}

func viewKey(k apikey.Key) keyView {
	return keyView{
		ID:          k.ID.String(),
		Name:        k.Name,
		Level:       k.Level().String(),
		Project:     idView(k.Project),
		Version:     idView(k.Version),
		Build:       idView(k.Build),
		Scopes:      k.Scopes,
		Permits:     k.Permits,
		AllowList:   k.AllowList,
		Parent:      set(k.Parent.String(), k.Parent != uuid.Nil),
		CreatedBy:   set(k.CreatedBy, k.CreatedBy != ""),
		CreatedAt:   viewTime(k.CreatedAt),
		ActivateBy:  viewTime(k.ActivateBy),
		ActivatedAt: viewTime(k.ActivatedAt),
		ExpiresAt:   viewTime(k.ExpiresAt),
		RevokedAt:   viewTime(k.RevokedAt),
		LastUsedAt:  viewTime(k.LastUsedAt),
		Links:       viewLinks(k.Links),
		LinksCut:    k.LinksCut,
	}
}

// revealing is the view with the secret, for the answer that makes it known.
func (v keyView) revealing(secret apikey.Secret) keyView {
	v.Key = secret.Reveal()
	return v
}

// set is a pointer to v, or nil for what is not set.
func set[T any](v T, isSet bool) *T {
	if !isSet {
		return nil
	}
	return &v
}

func viewTime(t time.Time) *moment { return set(momentOf(t), !t.IsZero()) }

// idView is the id of a project, version or build: an integer in JSON, null for
// "". One that another program made otherwise stays text.
type idView apikey.ID

// MarshalJSON writes the integer.
func (v idView) MarshalJSON() ([]byte, error) {
	if v == "" {
		return []byte("null"), nil
	}
	if n, err := strconv.ParseInt(string(v), 10, 64); err == nil && strconv.FormatInt(n, 10) == string(v) {
		return []byte(v), nil
	}
	return json.Marshal(string(v))
}

// linkView is a project that is listed, with what its visitors may do.
type linkView struct {
	Project idView        `json:"project"`
	Scopes  apikey.Scopes `json:"scopes"`
}

func viewLinks(links []apikey.Link) []linkView {
	views := []linkView{}
	for _, l := range links {
		views = append(views, linkView{idView(l.Project), l.Scopes})
	}
	return views
}
