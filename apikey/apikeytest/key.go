package apikeytest

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

// ProjectKey is a live key of a project, as [BuildKey] is one of a build.
func ProjectKey(project apikey.ID) apikey.Key { return BuildKey(project, "", "") }

// VersionKey is a live key of a version, as [BuildKey] is one of a build.
func VersionKey(project, version apikey.ID) apikey.Key { return BuildKey(project, version, "") }

// BuildKey is a key as a store verifies it: in use since just now for three
// hours, with the scopes of buildkey:builder, for every row of its attachment,
// with an id of its own. Change the fields that a test is about. Its Permits
// are those of the default catalog; with one of your own, set them to what it
// expands, or give it to [Keys].
func BuildKey(project, version, build apikey.ID) apikey.Key {
	now := time.Now()
	scopes := apikey.Scopes{apikey.BundleBuilder}
	return apikey.Key{
		ID:          uuid.Must(uuid.NewV7()),
		Name:        "test",
		Project:     project,
		Version:     version,
		Build:       build,
		Scopes:      scopes,
		Permits:     apikey.DefaultCatalog().Expand(scopes),
		AllowList:   apikey.AllowList{{Type: "*", ID: "*"}},
		CreatedBy:   "apikeytest",
		CreatedAt:   now,
		ActivateBy:  now.Add(24 * time.Hour),
		ActivatedAt: now,
		ExpiresAt:   now.Add(3 * time.Hour),
	}
}

// WithKey returns the request with k in its context, as if middleware had
// verified it. The request given is not changed.
func WithKey(r *http.Request, k apikey.Key) *http.Request {
	return r.WithContext(apikey.NewContext(r.Context(), k))
}
