package apikeytest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

func routes(keys middleware.Verifier) http.Handler {
	guard := &middleware.Guard{Keys: keys}
	own := middleware.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		k, _ := apikey.FromContext(r.Context())
		if k.Project != "1" {
			return apikey.ErrNotFound
		}
		if !k.HasScope("build:update") {
			return apikey.ScopeError{Scope: "build:update"}
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	return guard.Authenticate(guard.Require(permission.HasBuildAPIKey)(own))
}

func patch() *http.Request {
	return httptest.NewRequest(http.MethodPatch, "/build/101/", strings.NewReader(`{}`))
}

var right = apikeytest.Statuses{
	Nobody: 401, Garbage: 401, Dead: 401, Foreign: 404, Reader: 403, Build: 204, Version: 204, Project: 204,
}

func TestCallersSeeWhatTheHandlerDoes(t *testing.T) {
	callers := apikeytest.NewCallers("1", "11", "101")
	callers.Check(t, routes(callers.Keys), patch, right)
}

// spy is a testing.TB that counts the errors reported to it.
type spy struct {
	testing.TB
	reports []string
}

func (s *spy) Helper() {}
func (s *spy) Errorf(format string, args ...any) {
	s.reports = append(s.reports, fmt.Sprintf(format, args...))
}

func TestCallersReportWhatIsWrong(t *testing.T) {
	open := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	callers := apikeytest.NewCallers("1", "11", "101")
	s := &spy{TB: t}
	callers.Check(s, open, patch, right)
	if len(s.reports) != 5 {
		t.Errorf("%d reports of a handler that lets everybody in: %q", len(s.reports), s.reports)
	}
	callers.Check(t, open, patch, apikeytest.Statuses{}) // nobody is asked
}

// TestCallersHaveTheScopesOfACatalog asks a route of an application with a
// resource of its own, which the default catalog does not know.
func TestCallersHaveTheScopesOfACatalog(t *testing.T) {
	resources := map[string][]string{"artifact": {"read", "create"}}
	catalog, err := apikey.NewCatalog(apikey.Vocabulary{Resources: resources, Bundles: apikey.StandardBundles(resources)})
	if err != nil {
		t.Fatal(err)
	}
	callers := apikeytest.NewCallers("1", "11", "101")
	guard := &middleware.Guard{Keys: callers.Keys}
	done := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	create := guard.Authenticate(guard.Require(permission.HasScope("artifact:create"))(done))
	read := guard.Authenticate(guard.Require(permission.HasScope("artifact:read"))(done))

	callers.Check(t, create, patch, apikeytest.Statuses{Build: 403, Version: 403, Project: 403, Reader: 403})
	callers.Keys.Catalog = catalog
	callers.Check(t, create, patch, apikeytest.Statuses{Nobody: 401, Dead: 401, Build: 204, Version: 204, Project: 204, Reader: 403})
	callers.Check(t, read, patch, apikeytest.Statuses{Build: 204, Version: 204, Project: 204, Reader: 204})
}

func TestKeysVerify(t *testing.T) {
	clock := apikeytest.NewClock()
	keys := &apikeytest.Keys{Now: clock.Now}
	k := apikeytest.BuildKey("1", "11", "101")
	k.ActivatedAt, k.ExpiresAt = clock.Now(), clock.Now().Add(time.Hour)
	raw := keys.Add(k)
	other := keys.Add(apikeytest.ProjectKey("1"))
	want := func(raw string, target error) {
		t.Helper()
		if got, err := keys.Verify(t.Context(), raw); !errors.Is(err, target) || err == nil && got.ID != k.ID {
			t.Errorf("got %v, want %v", err, target)
		}
	}
	want(raw, nil)
	want("bk_nothing", apikey.ErrUnknown)
	clock.Advance(time.Hour)
	want(raw, apikey.ErrExpired)
	clock.Advance(-time.Minute)
	want(raw, nil)
	keys.Revoke(k.ID)
	want(raw, apikey.ErrRevoked)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := keys.Verify(ctx, other); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestWithKey(t *testing.T) {
	r := patch()
	k := apikeytest.VersionKey("1", "11")
	if got, ok := apikey.FromContext(apikeytest.WithKey(r, k).Context()); !ok || got.ID != k.ID || got.Level() != apikey.LevelVersion {
		t.Errorf("got %+v, %v", got, ok)
	}
	if _, ok := apikey.FromContext(r.Context()); ok {
		t.Error("the request given was changed")
	}
	if err := k.Usable(time.Now()); err != nil || !k.Allows("build:update", apikey.Target{Type: "build", ID: "1"}) {
		t.Errorf("not a live builder's key: %v", err)
	}
}
