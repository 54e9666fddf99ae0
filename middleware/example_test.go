package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// oneKey is a Verifier that knows one key. It stands for a keystore.Store.
type oneKey struct{}

func (oneKey) Verify(_ context.Context, raw string) (apikey.Key, error) {
	if raw != "bk_example" {
		return apikey.Key{}, apikey.ErrUnknown
	}
	return apikey.Key{Project: "1", Version: "2", Build: "7", Scopes: apikey.Scopes{"build:update"}}, nil
}

// newGuard is what an application makes at its start, with a Store for Keys.
func newGuard() *middleware.Guard {
	return &middleware.Guard{Keys: oneKey{}, Logger: slog.New(slog.DiscardHandler)}
}

func showBuild(w http.ResponseWriter, r *http.Request) {
	k, keyed := apikey.FromContext(r.Context())
	_, _ = fmt.Fprintf(w, "keyed %v, for build %q", keyed, k.Build)
}

// ask sends a request and prints what comes back.
func ask(h http.Handler, method, path, key string) {
	r := httptest.NewRequest(method, path, nil)
	if key != "" {
		r.Header.Set("Authorization", "Token "+key)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	text := strings.TrimSpace(w.Body.String())
	if challenge := w.Header().Get("WWW-Authenticate"); challenge != "" {
		text = challenge
	}
	fmt.Println(method, path, w.Code, text)
}

var keyOrReader = permission.Or(permission.HasBuildAPIKey, permission.Restricted)

// A Guard stands around the router, and a permission in front of each route.
func ExampleGuard() {
	guard := newGuard()
	router := http.NewServeMux()
	router.Handle("/builds/", guard.Require(permission.HasBuildAPIKey)(http.HandlerFunc(showBuild)))

	app := guard.Authenticate(router) // and http.ListenAndServe(addr, app)
	ask(app, "GET", "/builds/", "bk_example")
	ask(app, "GET", "/builds/", "bk_mistyped")
	ask(app, "GET", "/builds/", "")
	// Output:
	// GET /builds/ 200 keyed true, for build "7"
	// GET /builds/ 401 Token error="invalid_token"
	// GET /builds/ 401 Token
}

type ticket struct{ author string }

// A permission on an object waits for it: the handler asks again with what it
// has loaded. One that forgets to ask is answered for with a 500.
func ExampleGuard_CheckObject() {
	guard := newGuard()
	author := permission.ForObject("IsAuthor", func(r *http.Request, t *ticket) error {
		if r.Header.Get("From") != t.author {
			return permission.Denied("not_author", "only the author may read this")
		}
		return nil
	})
	show := middleware.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		t := &ticket{author: "ann@example.com"} // from the database
		if err := guard.CheckObject(r, t); err != nil {
			return err
		}
		_, err := fmt.Fprint(w, "by ", t.author)
		return err
	})
	forgetful := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "by ann@example.com") })

	app := http.NewServeMux()
	app.Handle("/ticket", guard.Require(author)(show))
	app.Handle("/forgotten", guard.Require(author)(forgetful))
	for _, path := range []string{"/ticket", "/forgotten"} {
		for _, from := range []string{"ann@example.com", "bob@example.com"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("From", from)
			r.Header.Set("Authorization", "Token bk_example")
			w := httptest.NewRecorder()
			guard.Authenticate(app).ServeHTTP(w, r)
			fmt.Println(path, from, w.Code)
		}
	}
	// Output:
	// /ticket ann@example.com 200
	// /ticket bob@example.com 403
	// /forgotten ann@example.com 500
	// /forgotten bob@example.com 500
}

// A path with a permission for each method. A method that is not there takes the
// first permission before it is told so.
func ExampleMethods() {
	guard := newGuard()
	list, create := http.HandlerFunc(showBuild), http.HandlerFunc(showBuild)
	builds := guard.
		On("GET", keyOrReader, list).
		On("POST", permission.HasScope("build:create"), create)

	app := guard.Authenticate(builds)
	ask(app, "GET", "/builds/", "")
	ask(app, "POST", "/builds/", "bk_example")
	ask(app, "DELETE", "/builds/", "")
	ask(app, "DELETE", "/builds/", "bk_example")
	// Output:
	// GET /builds/ 200 keyed false, for build ""
	// POST /builds/ 403 Token error="insufficient_scope", scope="build:create"
	// DELETE /builds/ 401 Token
	// DELETE /builds/ 405 {"title":"Method Not Allowed","status":405,"detail":"the method \"DELETE\" is not allowed here","code":"method_not_allowed"}
}

// A handler returns its error, and statuses are WriteError's business. What an
// error says stays in the log, but for those that are for the caller.
func ExampleHandlerFunc() {
	guard := newGuard()
	app := guard.Authenticate(guard.Require(permission.HasBuildAPIKey)(middleware.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) error {
			switch r.URL.Path {
			case "/absent":
				return fmt.Errorf("load the build: %w", apikey.ErrNotFound)
			case "/column":
				return fmt.Errorf("queryset: column builder cannot be written: %w", apikey.ErrForbidden)
			case "/failure":
				return errors.New("dial tcp 10.0.0.5:5432: connection refused")
			}
			_, err := io.WriteString(w, "done")
			return err
		})))
	for _, path := range []string{"/", "/absent", "/column", "/failure"} {
		ask(app, "GET", path, "bk_example")
	}
	// Output:
	// GET / 200 done
	// GET /absent 404 {"title":"Not Found","status":404,"detail":"not found","code":"not_found"}
	// GET /column 403 {"title":"Forbidden","status":403,"detail":"column builder cannot be written","code":"permission_denied"}
	// GET /failure 500 {"title":"Internal Server Error","status":500,"detail":"the service failed; the failure was logged","code":"internal_error"}
}

// A test needs no store: a key in the context counts.
func ExampleGuard_Require_inTests() {
	guard := newGuard()
	h := guard.Require(permission.HasScope("build:update"))(http.HandlerFunc(showBuild))

	r := httptest.NewRequest("PATCH", "/builds/7/", nil)
	k := apikey.Key{Project: "1", Version: "2", Build: "7", Scopes: apikey.Scopes{"build:*"}}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(apikey.NewContext(r.Context(), k)))
	fmt.Println(w.Code, w.Body)
	// Output:
	// 200 keyed true, for build "7"
}
