package middleware_test

import (
	"net/http"
	"net/http/httptest"
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
// was identified. Of what was written here by WriteError there is a line for nobody too.
func TestAbsentIsLogged(t *testing.T) {
	t.Parallel()
	inContext := apikey.NewContext(t.Context(), apikey.Key{ID: goodID, Project: "1"})
	for name, h := range absent {
		byItself := name != "an error"
		for _, row := range []struct {
			who   string
			r     *http.Request
			p     permission.Permission
			lines int
		}{
			{"a key", request("GET", goodKey), permission.HasBuildAPIKey, 1},
			{"a key whose object is not there", request("GET", goodKey), permission.And(permission.HasBuildAPIKey, isOwner), 1},
			{"a key that was there before", request("GET", "").WithContext(inContext), permission.HasBuildAPIKey, 1},
			{"a key that nobody looked at", request("GET", goodKey), permission.AllowAny, 0},
			{"a bad key that counts as none", request("GET", expiredKey), permission.ReadOnly, 0},
			{"staff", asUser(request("GET", ""), "staff"), permission.IsStaff, 0},
			{"nobody", request("GET", ""), permission.ReadOnly, 0},
		} {
			s := newStand()
			s.AnonymousOnInvalidKey = true
			if w := s.serve(row.r, s.Require(row.p)(h)); w.Code != 404 {
				t.Fatalf("%s, %s: %d", name, row.who, w.Code)
			}
			if lines := s.log.lines(""); byItself && len(lines) != row.lines || len(lines) > 1 {
				t.Errorf("%s, %s: log %s", name, row.who, s.log)
			}
			if row.lines > 0 && len(s.log.lines(`"level":"DEBUG"`, `"status":404`, goodID.String())) != 1 {
				t.Errorf("%s, %s: log %s", name, row.who, s.log)
			}
		}
	}
}

// TestAbsentOfNoHandler: what a router does not know, and what comes too late, is not
// logged.
func TestAbsentOfNoHandler(t *testing.T) {
	t.Parallel()
	s := newStand()
	w := s.serve(request("GET", goodKey), http.NotFoundHandler())
	if w.Code != 404 || s.log.String() != "" {
		t.Errorf("%d: log %s", w.Code, s.log)
	}
	s.get(goodKey, permission.HasBuildAPIKey, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.WriteHeader(http.StatusNotFound)
	}))
	if s.log.String() != "" {
		t.Errorf("log %s", s.log)
	}
}

// TestAbsentBehindTwoGuards is logged once.
func TestAbsentBehindTwoGuards(t *testing.T) {
	t.Parallel()
	for name, h := range absent {
		s := newStand()
		inner := &middleware.Guard{Keys: s.keys, Logger: s.log.logger()}
		w := s.get(goodKey, permission.HasBuildAPIKey, inner.Authenticate(inner.Require(permission.HasBuildAPIKey)(h)))
		if w.Code != 404 || len(s.log.lines("")) != 1 {
			t.Errorf("%s: %d, log %s", name, w.Code, s.log)
		}
	}
}

// TestAbsentAfterAnotherLine is logged too, and before a panic.
func TestAbsentAfterAnotherLine(t *testing.T) {
	t.Parallel()
	s := newStand()
	refused := s.Require(permission.DenyAll)(ok)
	absent := s.Require(permission.HasBuildAPIKey)(http.NotFoundHandler())
	s.serve(request("GET", goodKey), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { _ = recover() }()
		refused.ServeHTTP(httptest.NewRecorder(), r)
		absent.ServeHTTP(w, r)
		panic(http.ErrAbortHandler)
	}))
	if len(s.log.lines(`"status":403`)) != 1 || len(s.log.lines(`"status":404`)) != 1 {
		t.Errorf("log %s", s.log)
	}
}

// TestAbsentAndPanic is logged when the panic goes on.
func TestAbsentAndPanic(t *testing.T) {
	t.Parallel()
	s := newStand()
	defer func() {
		if recover() == nil || len(s.log.lines(`"status":404`)) != 1 {
			t.Errorf("log %s", s.log)
		}
	}()
	s.get(goodKey, permission.HasBuildAPIKey, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NotFound(w, r)
		panic(http.ErrAbortHandler)
	}))
}

// TestNoStoreStays where net/http takes it away for an error of its own.
func TestNoStoreStays(t *testing.T) {
	t.Parallel()
	for name, h := range absent {
		for _, row := range []struct {
			who  string
			r    *http.Request
			want string
		}{
			{"a key", request("GET", goodKey), "no-store"},
			{"a user", asUser(request("GET", ""), "staff"), "no-store"},
			{"nobody", request("GET", ""), ""},
		} {
			s := newStand()
			w := s.serve(row.r, s.Require(permission.ReadOnly)(h))
			if got := w.Header().Get("Cache-Control"); got != row.want || w.Header().Get("Vary") != "Authorization" {
				t.Errorf("%s, %s: Cache-Control %q, Vary %q", name, row.who, got, w.Header().Get("Vary"))
			}
		}
	}
}
