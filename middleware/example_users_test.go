package middleware_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

type employee struct{ staff bool }

func (e employee) IsStaff() bool { return e.staff }

// Users stand beside keys: the application finds them, and staff may read and
// write every row.
func ExampleGuard_users() {
	guard := newGuard()
	guard.User = func(r *http.Request) (permission.User, error) {
		switch token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); {
		case !ok:
			return nil, nil
		case token == "admin": // compare a hash, in constant time
			return employee{staff: true}, nil
		}
		return nil, apikey.ErrUnknown
	}
	app := guard.Authenticate(guard.Require(permission.IsStaff)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		why, everything := apikey.Everything(r.Context())
		fmt.Println("every row:", everything, "because", why)
	})))
	for _, token := range []string{"admin", "guess"} {
		r := httptest.NewRequest("GET", "/keys/", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		app.ServeHTTP(w, r)
		fmt.Println(token, w.Code)
	}
	// Output:
	// every row: true because the request's user is staff
	// admin 200
	// guess 401
}

// Anything that tells good keys from bad is a Verifier: this one keeps keys of an
// older kind away from the store.
func ExampleVerifier() {
	guard := newGuard()
	guard.Keys = newKeysOnly{oneKey{}}
	app := guard.Authenticate(guard.Require(permission.HasBuildAPIKey)(http.HandlerFunc(showBuild)))
	ask(app, "GET", "/builds/7/", "bk_example")
	ask(app, "GET", "/builds/7/", "0123456789abcdef")
	// Output:
	// GET /builds/7/ 200 keyed true, for build "7"
	// GET /builds/7/ 401 Token error="invalid_token"
}

type newKeysOnly struct{ middleware.Verifier }

func (v newKeysOnly) Verify(ctx context.Context, raw string) (apikey.Key, error) {
	if !strings.HasPrefix(raw, "bk_") {
		return apikey.Key{}, apikey.ErrRevoked // all of them were
	}
	return v.Verifier.Verify(ctx, raw)
}
