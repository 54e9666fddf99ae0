package middleware_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

type build struct{ owner string }

var (
	mine   = &build{"me"}
	yours  = &build{"you"}
	broken = &build{"broken"}

	isOwner = permission.ForObject("IsOwner", func(_ *http.Request, b *build) error {
		switch b.owner {
		case "me":
			return nil
		case "broken":
			return errors.New("the owner's name cannot be read")
		}
		return permission.Denied("not_owner", "only the owner may")
	})
	stubborn = stubbornPermission{}
)

// stubbornPermission is never satisfied.
type stubbornPermission struct{}

func (stubbornPermission) String() string { return "Stubborn" }
func (stubbornPermission) Decide(*http.Request, any) permission.Decision {
	return permission.Decision{Verdict: permission.Pending, Rule: "Stubborn"}
}

// checked is a handler that asks about each object and answers 200, or returns
// the first error.
func (s *stand) checked(objects ...any) middleware.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		for _, obj := range objects {
			if err := s.CheckObject(r, obj); err != nil {
				return err
			}
		}
		_, _ = io.WriteString(w, "served")
		return nil
	}
}

func TestCheckObject(t *testing.T) {
	t.Parallel()
	staffOrOwner := permission.Or(permission.IsStaff, isOwner)
	for _, row := range []struct {
		name    string
		p       permission.Permission
		user    string
		objects []any
		status  int
		code    string
	}{
		{"granted", isOwner, "user", []any{mine}, 200, ""},
		{"denied", isOwner, "user", []any{yours}, 403, "not_owner"},
		{"denied to nobody", isOwner, "", []any{yours}, 401, "not_owner"},
		{"not found out", isOwner, "user", []any{broken}, 503, "unavailable"},
		{"negated, granted", permission.Not(isOwner), "user", []any{yours}, 200, ""},
		{"negated, denied", permission.Not(isOwner), "user", []any{mine}, 403, "negated"},
		{"negated, not found out", permission.Not(isOwner), "user", []any{broken}, 503, "unavailable"},
		{"another type", isOwner, "user", []any{"build"}, 503, "unavailable"},
		{"another type, negated", permission.Not(isOwner), "user", []any{*mine}, 503, "unavailable"},
		{"a nil pointer", isOwner, "user", []any{(*build)(nil)}, 503, "unavailable"},
		{"no object", isOwner, "user", []any{nil}, 500, "internal_error"},
		{"a list", isOwner, "user", []any{mine, mine}, 200, ""},
		{"a list with another's", isOwner, "user", []any{mine, yours}, 403, "not_owner"},
		{"forgotten", isOwner, "user", nil, 500, "internal_error"},
		{"still pending", stubborn, "user", []any{mine}, 500, "internal_error"},
		{"decided by the request", staffOrOwner, "staff", []any{yours}, 200, ""},
		{"decided by the request, forgotten", staffOrOwner, "staff", nil, 200, ""},
		{"decided by the request, no object", staffOrOwner, "staff", []any{nil}, 500, "internal_error"},
		{"not decided by the request", staffOrOwner, "user", []any{yours}, 403, "permission_denied"},
		{"AllowAny", permission.AllowAny, "", []any{yours}, 200, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			w := s.serve(asUser(request("GET", ""), row.user), s.Require(row.p)(s.checked(row.objects...)))
			expect(t, w, row.status, row.code)
		})
	}
}

// expect wants the handler's own answer, or a problem with the code.
func expect(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	if status == http.StatusOK {
		if w.Code != status || w.Body.String() != "served" {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	} else if got := problem(t, w, status); got.Code != code {
		t.Errorf("code %q, want %q", got.Code, code)
	}
}

func TestCheckObjectOutOfPlace(t *testing.T) {
	t.Parallel()
	s, other := newStand(), newStand()
	for name, h := range map[string]http.Handler{
		"without Require":       s.Authenticate(s.checked(mine)),
		"without Authenticate":  s.checked(mine),
		"behind another Guard":  other.Authenticate(other.Require(permission.AllowAny)(s.checked(mine))),
		"in front of a Require": s.Authenticate(s.checked(mine)),
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request("GET", ""))
		if got := problem(t, w, 500); got.Code != "internal_error" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestNestedObjectChecks has two permissions wait for one object.
func TestNestedObjectChecks(t *testing.T) {
	t.Parallel()
	young := permission.ForObject("Young", func(_ *http.Request, b *build) error {
		if b == yours {
			return nil
		}
		return permission.Denied("old", "")
	})
	for _, row := range []struct {
		name         string
		outer, inner permission.Permission
		status       int
		code         string
	}{
		{"both grant", isOwner, permission.Not(young), 200, ""},
		{"the outer denies", permission.Not(isOwner), permission.Not(young), 403, "negated"},
		{"the inner denies", isOwner, young, 403, "old"},
		{"only the outer waits", isOwner, permission.ReadOnly, 200, ""},
		{"only the inner waits, and denies", permission.ReadOnly, young, 403, "old"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newStand()
			w := s.serve(asUser(request("GET", ""), "user"), s.Require(row.outer)(s.Require(row.inner)(s.checked(mine))))
			expect(t, w, row.status, row.code)
		})
	}
}

// TestCheckInBetween checks an object before an inner permission waits for it:
// the answer still waits for that one.
func TestCheckInBetween(t *testing.T) {
	t.Parallel()
	s := newStand()
	inner := s.Require(permission.Not(permission.Not(isOwner)))(ok)
	w := s.serve(request("GET", goodKey), s.Require(isOwner)(middleware.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		if err := s.CheckObject(r, mine); err != nil {
			return err
		}
		inner.ServeHTTP(w, r)
		return nil
	})))
	problem(t, w, 500)
	if len(s.log.lines("~~IsOwner")) != 1 || len(s.log.lines("")) != 1 {
		t.Errorf("log %s", s.log)
	}
}
