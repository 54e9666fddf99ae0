package middleware_test

import (
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// absent are handlers that answer 404, each in its way.
var absent = map[string]http.Handler{
	"http.NotFound": http.HandlerFunc(http.NotFound),
	"a file server": http.FileServerFS(fstest.MapFS{}),
	"an error": middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return apikey.ErrNotFound
	}),
	"taken away": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Del("Cache-Control")
		w.Header().Del("Vary")
		w.WriteHeader(http.StatusNotFound)
	}),
}

// TestAbsentIsLogged with the key's id, once, at debug level, and only where a key
// was identified.
func TestAbsentIsLogged(t *testing.T) {
	t.Parallel()
	for name, h := range absent {
		for _, row := range []struct {
			who   string
			key   string
			p     permission.Permission
			lines int
		}{
			{"a key", goodKey, permission.HasBuildAPIKey, 1},
			{"a key whose object is not there", goodKey, permission.And(permission.HasBuildAPIKey, isOwner), 1},
			{"a key that nobody looked at", goodKey, permission.AllowAny, 0},
			{"nobody", "", permission.ReadOnly, 0},
		} {
			s := newStand()
			if w := s.get(row.key, row.p, h); w.Code != 404 {
				t.Fatalf("%s, %s: %d", name, row.who, w.Code)
			}
			lines := s.log.lines(`"level":"DEBUG"`, `"status":404`, goodID.String())
			if len(lines) != row.lines || len(lines) > 0 && len(s.log.lines("")) != 1 {
				t.Errorf("%s, %s: log %s", name, row.who, s.log)
			}
		}
	}
}

// TestAbsentIsNotLoggedTwice, nor when the answer is not the handler's.
func TestAbsentIsNotLoggedTwice(t *testing.T) {
	t.Parallel()
	s := newStand()
	w := s.serve(request("GET", goodKey), http.NotFoundHandler()) // a router that knows no such path
	if w.Code != 404 || s.log.String() != "" {
		t.Errorf("%d: log %s", w.Code, s.log)
	}
	s.get(goodKey, permission.HasBuildAPIKey, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.WriteHeader(http.StatusNotFound) // too late
	}))
	if s.log.String() != "" {
		t.Errorf("log %s", s.log)
	}
}

// TestNoStoreStays where net/http takes it away for an error of its own.
func TestNoStoreStays(t *testing.T) {
	t.Parallel()
	for name, h := range absent {
		for key, want := range map[string]string{goodKey: "no-store", "": ""} {
			w := newStand().get(key, permission.ReadOnly, h)
			if got := w.Header().Get("Cache-Control"); got != want || w.Header().Get("Vary") != "Authorization" {
				t.Errorf("%s, key %q: Cache-Control %q, Vary %q", name, key, got, w.Header().Get("Vary"))
			}
		}
	}
}
