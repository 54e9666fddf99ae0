package middleware_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

// TestKeysAreNeverSeen greps all that a guard logs and answers for the presented
// key, also where others put it into their errors.
func TestKeysAreNeverSeen(t *testing.T) {
	t.Parallel()
	for _, key := range []string{goodKey, expiredKey, strayKey, awayKey, "mistyped-4c2f7a", "two words-4c2f7a"} {
		for name, route := range leaky() {
			s := newStand()
			s.ExplainDenials = true
			r := request("GET", key)
			if key == goodKey || key == expiredKey {
				r.URL.Path = "/keys/" + key
			}
			w := s.serve(r, s.Require(route.p)(route.h))
			for where, text := range map[string]string{"log": s.log.String(), "body": w.Body.String(), "headers": fmt.Sprint(w.Header())} {
				if strings.Contains(text, key) && !malformed(key) {
					t.Errorf("%s, %s: the %s holds the key: %s", name, key, where, text)
				}
				if strings.Contains(text, "token=query") {
					t.Errorf("%s: the %s holds the query", name, where)
				}
			}
		}
	}
}

type leak struct {
	p permission.Permission
	h http.Handler
}

// leaky are routes that do what they can to tell the key.
func leaky() map[string]leak {
	parrot := func(r *http.Request) error { return strayError(r.Header.Get("Authorization")) }
	tell := func(r *http.Request) error {
		return permission.Denied("parrot", "you said "+r.Header.Get("Authorization"))
	}
	forbid := middleware.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		return fmt.Errorf("parrot: you said %s: %w", r.Header.Get("Authorization"), apikey.ErrForbidden)
	})
	fail := middleware.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		w.WriteHeader(200)
		return parrot(r)
	})
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%v %+v %#v", r.Context(), r.Context(), r.Context())
	})
	return map[string]leak{
		"granted":       {permission.HasBuildAPIKey, ok},
		"denied":        {permission.DenyAll, ok},
		"rule fails":    {permission.New("Parrot", parrot), ok},
		"rule tells":    {permission.New("Parrot", tell), ok},
		"forbidden":     {permission.HasBuildAPIKey, forbid},
		"handler fails": {permission.HasBuildAPIKey, fail},
		"forgotten":     {isOwner, ok},
		"context":       {permission.HasBuildAPIKey, show},
		"anyone":        {permission.AllowAny, show},
	}
}

// malformed tells of keys that no parser returns, so that nobody can know them
// again in a text of another's.
func malformed(key string) bool {
	_, err := parser.Token.Parse(http.Header{"Authorization": {"Token " + key}})
	return err != nil
}

func TestExplainDenials(t *testing.T) {
	t.Parallel()
	p := permission.Or(permission.IsStaff, permission.And(permission.HasBuildAPIKey, isOwner))
	const explained = `"explained":"Deny by IsStaff [permission_denied: only staff may do this]: (IsStaff=Deny | (HasBuildAPIKey=Grant & IsOwner=Deny))"`
	for on, want := range map[bool]int{true: 1, false: 0} {
		s := newStand()
		s.ExplainDenials = on
		w := s.get(goodKey, p, s.checked(yours))
		if got := problem(t, w, 403); strings.Contains(w.Body.String(), "IsOwner") || got.Detail != "only staff may do this" {
			t.Errorf("the answer tells %s", w.Body)
		}
		if len(s.log.lines(explained, `"rule":"IsStaff"`, goodID.String(), `"level":"INFO"`)) != want {
			t.Errorf("explaining %v: log %s", on, s.log)
		}
	}
}

// TestExplainingAsksOnce runs no leaf twice for the log.
func TestExplainingAsksOnce(t *testing.T) {
	t.Parallel()
	s := newStand()
	s.ExplainDenials = true
	asked := 0
	rule := permission.New("Rule", func(*http.Request) error {
		asked++
		return permission.Denied("", "")
	})
	problem(t, s.get(goodKey, rule, ok), 403)
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// TestRefusalsNameTheKey by its id, one that is dead too.
func TestRefusalsNameTheKey(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{goodKey: 1, expiredKey: 1, "revoked": 0, "": 0} {
		s := newStand()
		s.get(key, permission.DenyAll, ok)
		if len(s.log.lines(goodID.String(), "request refused")) != want || len(s.log.lines("")) != 1 {
			t.Errorf("key %q: log %s", key, s.log)
		}
	}
}

// TestFailuresAreNoRefusals tells the service's own failures from its noes.
func TestFailuresAreNoRefusals(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		apikey.ErrNotFound: "request refused", apikey.ErrForbidden: "request refused", apikey.ErrExpired: "request refused",
		apikey.ErrUnscoped: "request failed", apikey.ErrUnavailable: "request failed",
	} {
		s := newStand()
		s.get(goodKey, permission.HasBuildAPIKey, middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error { return err }))
		if len(s.log.lines(`"msg":"`+want+`"`)) != 1 {
			t.Errorf("%v: log %s, want %q", err, s.log, want)
		}
	}
}

func TestServeMuxPatternIsLogged(t *testing.T) {
	t.Parallel()
	s := newStand()
	m := s.Mux()
	m.Handle("GET /builds/{id}", permission.DenyAll, ok)
	s.serve(request("GET", goodKey), m)
	if len(s.log.lines(`"pattern":"GET /builds/{id}"`)) != 1 {
		t.Errorf("log %s", s.log)
	}
}
