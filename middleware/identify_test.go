package middleware_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/permission"
)

// TestVerifiedAtMostOnce counts how often the Verifier is asked.
func TestVerifiedAtMostOnce(t *testing.T) {
	t.Parallel()
	key, scope := permission.HasBuildAPIKey, permission.HasScope("build:update")
	for _, row := range []struct {
		name   string
		key    string
		routes []permission.Permission // from the outside in
		asked  int64
		status int
	}{
		{"AllowAny", goodKey, []permission.Permission{permission.AllowAny}, 0, 200},
		{"AllowAny, bad key", expiredKey, []permission.Permission{permission.AllowAny}, 0, 200},
		{"AllowAny twice", goodKey, []permission.Permission{permission.AllowAny, permission.AllowAny}, 0, 200},
		{"no key", "", []permission.Permission{key}, 0, 401},
		{"malformed key", "two words", []permission.Permission{key}, 0, 401},
		{"one leaf", goodKey, []permission.Permission{key}, 1, 200},
		{"many leaves", goodKey, []permission.Permission{permission.And(key, scope, permission.Or(permission.DenyAll, key), permission.Not(permission.Not(scope)))}, 1, 200},
		{"leaves that look at no key", goodKey, []permission.Permission{permission.ReadOnly}, 1, 200},
		{"AllowAny among others", goodKey, []permission.Permission{permission.Or(permission.AllowAny, key)}, 1, 200},
		{"nested", goodKey, []permission.Permission{key, scope, permission.IsAuthenticated}, 1, 200},
		{"nested inside AllowAny", goodKey, []permission.Permission{permission.AllowAny, key, scope}, 1, 200},
		{"nested, refused inside", goodKey, []permission.Permission{key, permission.IsStaff}, 1, 403},
		{"bad key", expiredKey, []permission.Permission{permission.ReadOnly, key}, 1, 401},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			var h http.Handler = ok
			for i := range row.routes {
				h = s.Require(row.routes[len(row.routes)-1-i])(h)
			}
			w := s.serve(request("GET", row.key), h)
			if w.Code != row.status || s.keys.asked.Load() != row.asked {
				t.Errorf("status %d after %d verifications, want %d after %d", w.Code, s.keys.asked.Load(), row.status, row.asked)
			}
		})
	}
}

// TestBadKeysAreRefusedWhateverTheExpression runs over expressions that grant to
// anyone, and over safe methods.
func TestBadKeysAreRefusedWhateverTheExpression(t *testing.T) {
	t.Parallel()
	expressions := []permission.Permission{
		permission.HasBuildAPIKey, permission.ReadOnly, permission.Restricted, permission.Not(permission.DenyAll),
		permission.Or(permission.AllowAny, permission.AllowAny), permission.And(permission.AllowAny),
	}
	for key, status := range map[string]int{
		expiredKey: 401, "revoked": 401, "lapsed": 401, "misshapen": 401, "mistyped": 401, "two words": 401,
		"unavailable": 503, "cancelled": 503, strayKey: 500,
	} {
		for _, p := range expressions {
			for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST"} {
				s := newStand()
				if w := s.serve(request(method, key), s.Require(p)(ok)); w.Code != status {
					t.Errorf("%s with the key %s for %s: %d, want %d", method, key, p, w.Code, status)
				}
			}
		}
	}
}

// TestVerifiedBeforeTheFirstLeaf: a leaf finds the key, and is not asked when it is
// bad.
func TestVerifiedBeforeTheFirstLeaf(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{goodKey: "key", "": "nobody", expiredKey: "", "two words": "", "unavailable": ""} {
		s, saw := newStand(), ""
		s.get(key, permission.New("Look", func(r *http.Request) error {
			saw = "nobody"
			if _, keyed := apikey.FromContext(r.Context()); keyed {
				saw = "key"
			}
			return nil
		}), ok)
		if saw != want {
			t.Errorf("with %q the leaf saw %q, want %q", key, saw, want)
		}
	}
}

func TestAnonymousOnInvalidKey(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, key string
		p         permission.Permission
		status    int
	}{
		{"expired, for anyone", expiredKey, permission.Restricted, 200},
		{"unknown, for anyone", "mistyped", permission.Restricted, 200},
		{"malformed, for anyone", "two words", permission.Restricted, 200},
		{"expired, for keys", expiredKey, permission.HasBuildAPIKey, 401},
		{"good", goodKey, permission.HasBuildAPIKey, 200},
		{"no answer", "unavailable", permission.Restricted, 503},
		{"a failure", strayKey, permission.Restricted, 500},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			s.AnonymousOnInvalidKey = true
			w := s.get(row.key, row.p, ok)
			if w.Code != row.status || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, want %d; headers %v", w.Code, row.status, w.Header())
			}
			if got := w.Header().Get("WWW-Authenticate"); row.status == 401 && got != "Token" {
				t.Errorf("challenge %q: nobody is asked without an error", got)
			}
		})
	}
}

// TestIdentity says who is in the context of a handler.
func TestIdentity(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, key, user         string
		p                       permission.Permission
		keyed, known, unlimited bool
	}{
		{"nobody", "", "", permission.ReadOnly, false, false, false},
		{"a key", goodKey, "", permission.ReadOnly, true, false, false},
		{"a user", "", "user", permission.ReadOnly, false, true, false},
		{"staff", "", "staff", permission.ReadOnly, false, true, true},
		{"a nil user", "", "nil", permission.ReadOnly, false, false, false},
		{"a key and staff: the key goes first", goodKey, "staff", permission.ReadOnly, true, true, false},
		{"a key, AllowAny", goodKey, "", permission.AllowAny, false, false, false},
		{"staff, AllowAny", "", "staff", permission.AllowAny, false, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			served := false
			s.serve(asUser(request("GET", row.key), row.user), s.Require(row.p)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				served = true
				k, keyed := apikey.FromContext(r.Context())
				_, known := permission.UserFrom(r.Context())
				_, unlimited := apikey.Everything(r.Context())
				if keyed != row.keyed || known != row.known || unlimited != row.unlimited || keyed && k.ID != goodID {
					t.Errorf("key %v, user %v, everything %v", keyed, known, unlimited)
				}
			})))
			if !served {
				t.Error("refused")
			}
		})
	}
}

func TestUserErrors(t *testing.T) {
	t.Parallel()
	for user, status := range map[string]int{"wrong": 401, "away": 503, "broken": 500} {
		s := newStand()
		problem(t, s.serve(asUser(request("GET", ""), user), s.Require(permission.ReadOnly)(ok)), status)
		if w := s.serve(asUser(request("GET", ""), user), s.Require(permission.AllowAny)(ok)); w.Code != 200 {
			t.Errorf("user %s on AllowAny: %d", user, w.Code)
		}
	}
}

func TestUserIsLookedUpOnceAndAfterTheKey(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"": 1, goodKey: 1, expiredKey: 0, "two words": 0, "unavailable": 0} {
		s := newStand()
		asked := 0
		s.User = func(r *http.Request) (permission.User, error) {
			asked++
			return users(r)
		}
		h := s.Require(permission.ReadOnly)(s.Require(permission.Restricted)(ok))
		if s.serve(asUser(request("GET", key), "user"), h); asked != want {
			t.Errorf("key %q: asked %d times, want %d", key, asked, want)
		}
	}
}

// TestContextCounts is how tests and jobs act as somebody.
func TestContextCounts(t *testing.T) {
	t.Parallel()
	keyed := func(r *http.Request) *http.Request {
		return r.WithContext(apikey.NewContext(r.Context(), apikey.Key{ID: goodID, Project: "1"}))
	}
	for _, row := range []struct {
		name    string
		r       *http.Request
		outside bool // of Authenticate
		p       permission.Permission
		status  int
	}{
		{"a key outside", keyed(request("GET", "")), true, permission.HasBuildAPIKey, 200},
		{"a key inside", keyed(request("GET", "")), false, permission.HasBuildAPIKey, 200},
		{"a key that may not", keyed(request("GET", "")), true, permission.IsStaff, 403},
		{"a key inside, and a bad one presented", keyed(request("GET", expiredKey)), false, permission.HasBuildAPIKey, 401},
		{"staff outside", withUser(request("GET", ""), &person{staff: true}), true, permission.IsStaff, 200},
		{"a user outside", withUser(request("GET", ""), &person{}), true, permission.IsStaff, 403},
		{"nobody outside", request("GET", ""), true, permission.HasBuildAPIKey, 500},
		{"nobody outside, AllowAny", request("GET", ""), true, permission.AllowAny, 500},
		{"a presented key outside", request("GET", goodKey), true, permission.HasBuildAPIKey, 500},
		{"the zero key outside", request("GET", "").WithContext(apikey.NewContext(t.Context(), apikey.Key{})), true, permission.ReadOnly, 500},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			h := s.Require(row.p)(ok)
			if !row.outside {
				h = s.Authenticate(h)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, row.r)
			if w.Code != row.status {
				t.Fatalf("status %d, want %d", w.Code, row.status)
			}
			if lines := s.log.lines("outside Authenticate", `"level":"ERROR"`); (len(lines) == 1) != (row.status == 500) {
				t.Errorf("log %s", s.log)
			}
		})
	}
}

func withUser(r *http.Request, u permission.User) *http.Request {
	return r.WithContext(permission.WithUser(r.Context(), u))
}

// TestVerifierThatPanics is not taken for one that found nothing wrong.
func TestVerifierThatPanics(t *testing.T) {
	t.Parallel()
	s := newStand()
	s.Keys = panicking{}
	inner := s.Require(permission.ReadOnly)(ok)
	h := s.Require(permission.AllowAny)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 2 {
			func() {
				defer func() { _ = recover() }()
				inner.ServeHTTP(w, r)
				t.Error("served")
			}()
		}
	}))
	s.serve(request("GET", goodKey), h)
}

type panicking struct{}

func (panicking) Verify(context.Context, string) (apikey.Key, error) { panic("broken") }
