package middleware_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

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

// TestPartsOfOneRequest gives one request to several guarded handlers, as a page of
// fragments does: each sees what its own permission asked for.
func TestPartsOfOneRequest(t *testing.T) {
	t.Parallel()
	s, saw := newStand(), []string(nil)
	look := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		who := seen(r)
		if _, everything := apikey.Everything(r.Context()); everything {
			who += "everything"
		}
		saw = append(saw, who)
	})
	key, staff, denied := s.Require(permission.HasBuildAPIKey)(look), s.Require(permission.IsStaff)(look), s.Require(permission.DenyAll)(look)
	parts := func(all ...http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, h := range all {
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
	anyone := s.Require(permission.AllowAny)
	for _, row := range []struct {
		name, key, user string
		h               http.Handler
		want            []string
	}{
		{"twice a key", goodKey, "", parts(key, key), []string{"3", "3"}},
		{"twice a key, below another", goodKey, "", acting("7", parts(key, key)), []string{"3", "3"}},
		{"for anyone, around a key's", goodKey, "", anyone(parts(key, look, key, look)), []string{"3", "", "3", ""}},
		{"for anyone, around a refusal", goodKey, "", anyone(parts(denied, look)), []string{""}},
		{"for anyone, around staff's", "", "staff", anyone(parts(staff, look)), []string{"everything", ""}},
		{"staff's twice", "", "staff", parts(staff, staff), []string{"everything", "everything"}},
	} {
		saw = nil
		s.Authenticate(row.h).ServeHTTP(httptest.NewRecorder(), asUser(request("GET", row.key), row.user))
		if !slices.Equal(saw, row.want) {
			t.Errorf("%s: the handlers saw %q, want %q", row.name, saw, row.want)
		}
	}
}

// TestAPanicLeavesNobodyBehind: who was half identified then is nobody at the next
// attempt.
func TestAPanicLeavesNobodyBehind(t *testing.T) {
	t.Parallel()
	s, attempts := newStand(), 0
	s.AnonymousOnInvalidKey = true
	s.Keys = verifier(func(string) (apikey.Key, error) {
		if attempts++; attempts > 1 {
			return apikey.Key{ID: goodID}, apikey.ErrRevoked
		}
		return apikey.Key{ID: goodID, Project: "1"}, nil
	})
	s.User = func(*http.Request) (permission.User, error) {
		if attempts == 1 {
			panic("the users")
		}
		return nil, nil
	}
	route := s.Require(permission.HasBuildAPIKey)(ok)
	w := s.serve(request("GET", goodKey), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		func() {
			defer func() { _ = recover() }()
			route.ServeHTTP(httptest.NewRecorder(), r)
		}()
		route.ServeHTTP(w, r)
	}))
	if w.Code != http.StatusUnauthorized || attempts != 2 {
		t.Errorf("status %d after %d attempts, want 401 after 2", w.Code, attempts)
	}
}

// TestAHandlerThatOutlivesItsAnswer writes headers of its own, whatever the server
// does with the ones before.
func TestAHandlerThatOutlivesItsAnswer(t *testing.T) {
	t.Parallel()
	s := newStand()
	inner, ran := s.Require(permission.IsStaff)(ok), make(chan bool)
	late := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		inner.ServeHTTP(w, r)
		ran <- true
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Authenticate(s.Require(permission.IsAuthenticated)(http.TimeoutHandler(late, time.Millisecond, "late"))).ServeHTTP(w, asUser(r, "staff"))
	}))
	defer server.Close()
	for range 50 {
		answer, err := server.Client().Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if <-ran; answer.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("headers %v", answer.Header)
		}
	}
}

type verifier func(raw string) (apikey.Key, error)

func (v verifier) Verify(_ context.Context, raw string) (apikey.Key, error) { return v(raw) }
