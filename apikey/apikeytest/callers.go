package apikeytest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/buildkey/buildkey/apikey"
)

// Callers sends a handler one request as everybody who may come by. Make one
// with [NewCallers]; its Keys go into the handler's guard.
type Callers struct {
	// Keys verifies the keys of the callers. Give it the application's Catalog
	// where that is not the default one.
	Keys *Keys
	// Authorize presents a key; nil is [Authorize], with the Token scheme.
	Authorize func(r *http.Request, raw string)

	raw map[string]string
}

// Statuses are what a handler should answer to each caller. A caller whose
// status is 0 is not asked.
type Statuses struct {
	Nobody  int // no key at all
	Build   int // a key of the build
	Version int // a key of the build's version
	Project int // a key of the build's project
	Reader  int // a key of the project with buildkey:read
	Foreign int // a key of another project, version and build
	Dead    int // the build's key, revoked
	Garbage int // something that is no key
}

// NewCallers makes a key of each level for the attachment, which must be a
// build's, and one each that is dead, foreign and read-only.
func NewCallers(project, version, build apikey.ID) *Callers {
	keys := &Keys{}
	dead := BuildKey(project, version, build)
	dead.RevokedAt = dead.CreatedAt
	reader := ProjectKey(project)
	reader.Scopes = apikey.Scopes{apikey.BundleRead}
	reader.Permits = apikey.DefaultCatalog().Expand(reader.Scopes)
	return &Callers{Keys: keys, raw: map[string]string{
		"build":   keys.Add(BuildKey(project, version, build)),
		"version": keys.Add(VersionKey(project, version)),
		"project": keys.Add(ProjectKey(project)),
		"reader":  keys.Add(reader),
		"foreign": keys.Add(BuildKey("another-"+project, "another-"+version, "another-"+build)),
		"dead":    keys.Add(dead),
		"garbage": "no-key-at-all",
		"nobody":  "",
	}}
}

// Check sends the request of newRequest to the handler once as each caller, and
// reports to t each status that is not the one wanted, with the body.
func (c *Callers) Check(t testing.TB, h http.Handler, newRequest func() *http.Request, want Statuses) {
	t.Helper()
	for _, row := range []struct {
		caller string
		status int
	}{
		{"nobody", want.Nobody}, {"build", want.Build}, {"version", want.Version}, {"project", want.Project},
		{"reader", want.Reader}, {"foreign", want.Foreign}, {"dead", want.Dead}, {"garbage", want.Garbage},
	} {
		if row.status == 0 {
			continue
		}
		r := newRequest()
		c.present(r, c.raw[row.caller])
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != row.status {
			t.Errorf("apikeytest: %s %s as %s: status %d, want %d: %s", r.Method, r.URL.Path, row.caller, w.Code, row.status, w.Body)
		}
	}
}

func (c *Callers) present(r *http.Request, raw string) {
	switch {
	case raw == "":
	case c.Authorize != nil:
		c.Authorize(r, raw)
	default:
		Authorize(r, raw)
	}
}
