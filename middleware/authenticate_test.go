package middleware_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

// ownParser finds a key by rules of its own.
type ownParser struct {
	raw, challenge string
	err            error
}

func (p ownParser) Parse(http.Header) (string, error) { return p.raw, p.err }
func (p ownParser) Challenge() string                 { return p.challenge }

func TestVaryNamesTheParsersHeaders(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		parser parser.Parser
		want   []string
	}{
		{"none", nil, []string{"Authorization"}},
		{"a scheme", parser.Bearer, []string{"Authorization"}},
		{"a header", parser.Header("x-build-key"), []string{"X-Build-Key"}},
		{"both", parser.First(parser.Header("X-Build-Key"), parser.Token), []string{"X-Build-Key, Authorization"}},
		{"one that reads nothing", parser.Scheme(""), nil},
		{"one's own, with a challenge", ownParser{challenge: "Build", err: parser.ErrMissing}, []string{"Authorization"}},
		{"one's own, without", ownParser{err: parser.ErrMissing}, []string{"*"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			s.Parser = row.parser
			for _, key := range []string{"", goodKey, "two words"} {
				w := s.serve(request("GET", key), ok)
				if got := w.Header().Values("Vary"); !slices.Equal(got, row.want) {
					t.Errorf("key %q: Vary %q, want %q", key, got, row.want)
				}
			}
		})
	}
}

func TestVaryIsAddedToOthers(t *testing.T) {
	t.Parallel()
	s := newStand()
	w := s.serve(request("GET", ""), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Vary", "Accept")
	}))
	if got := w.Header().Values("Vary"); !slices.Equal(got, []string{"Authorization", "Accept"}) {
		t.Errorf("Vary %q", got)
	}
}

// TestVaryIsNotLost by a handler that sets its own: a cache would hand what one
// caller got to another.
func TestVaryIsNotLost(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		answer func(w http.ResponseWriter)
	}{
		{"nothing", func(http.ResponseWriter) {}},
		{"a status", func(w http.ResponseWriter) { w.WriteHeader(404) }},
		{"a body", func(w http.ResponseWriter) { _, _ = io.WriteString(w, "x") }},
		{"a copy", func(w http.ResponseWriter) { _, _ = io.Copy(w, onlyReader{strings.NewReader("x")}) }},
		{"a flush", func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }},
		{"an error", func(w http.ResponseWriter) { middleware.WriteError(w, request("GET", ""), apikey.ErrNotFound) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range []permission.Permission{permission.HasBuildAPIKey, isOwner} {
				s := newStand()
				h := s.Authenticate(s.Require(p)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_ = s.CheckObject(r, mine)
					w.Header().Set("Vary", "Accept")
					row.answer(w)
				})))
				w := httptest.NewRecorder()
				h.ServeHTTP(w, request("GET", goodKey))
				if got := w.Result().Header.Values("Vary"); !slices.Equal(got, []string{"Accept", "Authorization"}) {
					t.Errorf("%s: Vary %q", p, got)
				}
			}
		})
	}
}

func TestAnswersToKeysAreNotStored(t *testing.T) {
	t.Parallel()
	const keep = "max-age=60"
	public := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Cache-Control", keep) })
	for _, row := range []struct {
		name    string
		r       *http.Request
		p       permission.Permission
		handler http.Handler
		want    string
	}{
		{"no key", request("GET", ""), permission.AllowAny, ok, ""},
		{"no key, refused", request("GET", ""), permission.HasBuildAPIKey, ok, ""},
		{"a key", request("GET", goodKey), permission.HasBuildAPIKey, ok, "no-store"},
		{"a key where nobody looks", request("GET", goodKey), permission.AllowAny, ok, "no-store"},
		{"a bad key", request("GET", expiredKey), permission.HasBuildAPIKey, ok, "no-store"},
		{"a malformed key", request("GET", "two words"), permission.HasBuildAPIKey, ok, "no-store"},
		{"a key that may not", request("GET", goodKey), permission.DenyAll, ok, "no-store"},
		{"the handler says otherwise", request("GET", goodKey), permission.HasBuildAPIKey, public, keep},
		{"a user", asUser(request("GET", ""), "user"), permission.IsAuthenticated, ok, "no-store"},
		{"a user, the handler says otherwise", asUser(request("GET", ""), "user"), permission.IsAuthenticated, public, keep},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			if got := s.serve(row.r, s.Require(row.p)(row.handler)).Header().Get("Cache-Control"); got != row.want {
				t.Errorf("Cache-Control %q, want %q", got, row.want)
			}
		})
	}
}

func TestAuthenticateTwiceIsOnce(t *testing.T) {
	t.Parallel()
	s := newStand()
	h := s.Require(permission.HasBuildAPIKey)(s.Authenticate(s.Require(permission.HasScope("build:read"))(ok)))
	w := s.serve(request("GET", goodKey), s.Authenticate(h))
	if w.Code != 200 || s.keys.asked.Load() != 1 || len(w.Header().Values("Vary")) != 1 {
		t.Errorf("status %d after %d verifications, Vary %q", w.Code, s.keys.asked.Load(), w.Header().Values("Vary"))
	}
}

func TestParsersOfOnesOwn(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		parser ownParser
		status int
		asked  int64
	}{
		{"a key", ownParser{raw: goodKey}, 200, 1},
		{"missing", ownParser{err: parser.ErrMissing}, 401, 0},
		{"malformed", ownParser{err: parser.ErrMalformed}, 401, 0},
		{"an empty key", ownParser{}, 401, 0},
		{"an error of its own", ownParser{err: errors.New("broken")}, 401, 0},
		{"a key and an error", ownParser{raw: goodKey, err: errors.New("broken")}, 401, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			s.Parser = row.parser
			if w := s.get("", permission.HasBuildAPIKey, ok); w.Code != row.status || s.keys.asked.Load() != row.asked {
				t.Errorf("status %d after %d verifications, want %d and %d", w.Code, s.keys.asked.Load(), row.status, row.asked)
			}
		})
	}
}

func TestGuardsDoNotTrustEachOther(t *testing.T) {
	t.Parallel()
	lax, strict := newStand(), newStand()
	w := lax.serve(request("GET", goodKey), strict.Require(permission.HasBuildAPIKey)(ok))
	problem(t, w, 500)
	if strict.keys.asked.Load()+lax.keys.asked.Load() != 0 || len(strict.log.lines("outside Authenticate")) != 1 {
		t.Errorf("log %s", strict.log)
	}
	w = lax.serve(request("GET", goodKey), strict.Authenticate(strict.Require(permission.HasBuildAPIKey)(ok)))
	if w.Code != 200 || strict.keys.asked.Load() != 1 || lax.keys.asked.Load() != 0 {
		t.Errorf("status %d after %d and %d verifications", w.Code, strict.keys.asked.Load(), lax.keys.asked.Load())
	}
}

var _ middleware.Verifier = (*keyring)(nil)
