package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/permission"
)

// seen is the build of the key in r's context, "" without one.
func seen(r *http.Request) string {
	k, _ := apikey.FromContext(r.Context())
	return string(k.Build)
}

// acting puts a key of that build into the context of what is inside.
func acting(build apikey.ID, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k := apikey.Key{ID: goodID, Project: "1", Version: "2", Build: build}
		next.ServeHTTP(w, r.WithContext(apikey.NewContext(r.Context(), k)))
	})
}

// TestWhichKeyIsInTheContext is about keys that the application puts there itself:
// the presented one, of build 3, goes above them once, where it is identified.
func TestWhichKeyIsInTheContext(t *testing.T) {
	t.Parallel()
	s, saw := newStand(), ""
	look := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { saw = seen(r) })
	key, any := s.Require(permission.HasBuildAPIKey), s.Require(permission.AllowAny)
	for _, row := range []struct {
		name, key string
		h         http.Handler
		want      string
	}{
		{"presented", goodKey, s.Authenticate(key(look)), "3"},
		{"presented and nobody asks", goodKey, s.Authenticate(any(look)), ""},
		{"presented and not good", expiredKey, s.Authenticate(any(look)), ""},
		{"put around Authenticate", "", acting("7", s.Authenticate(key(look))), "7"},
		{"put around Authenticate, and presented", goodKey, acting("7", s.Authenticate(key(look))), "3"},
		{"put within Authenticate", "", s.Authenticate(acting("7", key(look))), "7"},
		{"put within Authenticate, and presented", goodKey, s.Authenticate(acting("7", key(look))), "3"},
		{"put within Authenticate, and nobody asks", goodKey, s.Authenticate(acting("7", any(look))), "7"},
		{"put after Require", goodKey, s.Authenticate(key(acting("7", look))), "7"},
		{"put between two Requires", goodKey, s.Authenticate(key(acting("7", key(look)))), "7"},
	} {
		saw = "the handler did not run"
		row.h.ServeHTTP(httptest.NewRecorder(), request("GET", row.key))
		if saw != row.want {
			t.Errorf("%s: the handler saw the key of build %q, want %q", row.name, saw, row.want)
		}
	}
}

// TestAroundRequireTheKeyIsKnownAfterwards lets an access log stand between.
func TestAroundRequireTheKeyIsKnownAfterwards(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{goodKey: "3", expiredKey: "", "": ""} {
		s, before, after := newStand(), "", ""
		inner := s.Require(permission.ReadOnly)(ok)
		s.Authenticate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			before = seen(r)
			inner.ServeHTTP(w, r)
			after = seen(r)
		})).ServeHTTP(httptest.NewRecorder(), request("GET", key))
		if before != "" || after != want {
			t.Errorf("with %q: the key of build %q before and %q after, want %q after", key, before, after, want)
		}
	}
}
