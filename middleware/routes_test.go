package middleware_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// table is the routes as text, a line for each.
func table(t *testing.T, router *mux.Router) string {
	t.Helper()
	routes, err := middleware.Routes(router)
	if err != nil {
		t.Error(err)
	}
	return lines(routes)
}

func lines(routes []middleware.Route) string {
	var b strings.Builder
	for _, route := range routes {
		fmt.Fprintln(&b, route)
	}
	return b.String()
}

// application has every way that mux has to declare a route.
func application(s *stand) *mux.Router {
	key := s.Require(permission.HasBuildAPIKey)
	router := mux.NewRouter()
	router.Handle("/bare", ok)
	router.Handle("/bare/{id:[0-9]+}", ok).Methods("GET", "PATCH")
	router.Handle("/kept", key(ok)).Methods("POST")
	router.Handle("/nested", key(s.Require(permission.HasScope("build:read"))(ok)))
	router.Handle("/project/", s.On("GET", permission.ReadOnly, ok).On("POST", permission.IsStaff, ok))
	router.Handle("/behind", key(s.On("GET", permission.ReadOnly, ok).On("POST", permission.IsStaff, ok)))
	router.Handle("/some", s.On("GET", permission.ReadOnly, ok).On("POST", permission.IsStaff, ok)).Methods("POST", "PUT")
	router.Handle("/own", declared{ok, permission.AllowAny})
	router.Handle("/none", declared{ok, nil})
	router.Handle("/wrapped", http.StripPrefix("/wrapped", key(ok)))
	router.PathPrefix("/static/").Handler(ok)
	router.Host("{tenant}.example.com").Path("/home").Handler(ok)
	router.Headers("X-Any", "1").Handler(ok)
	router.Path("/nowhere")
	sub := router.PathPrefix("/admin").Methods("GET", "POST").Subrouter()
	sub.Handle("/", ok)
	sub.Handle("/keys", ok).Methods("POST", "DELETE")
	sub.PathPrefix("/deep").Subrouter().Handle("/est", key(ok))
	mounted := mux.NewRouter()
	mounted.Handle("/mounted/x", ok)
	router.PathPrefix("/mounted").Handler(mounted)
	return router
}

// declared is a wrapper of an application's own that says what is in it.
type declared struct {
	http.Handler
	permission permission.Permission
}

func (d declared) Permission() permission.Permission { return d.permission }

func TestRoutes(t *testing.T) {
	t.Parallel()
	const want = `/bare without a permission
GET,PATCH /bare/{id:[0-9]+} without a permission
POST /kept HasBuildAPIKey
/nested (HasBuildAPIKey & HasScope(build:read))
GET /project/ ReadOnly
POST /project/ IsStaff
GET /behind (HasBuildAPIKey & ReadOnly)
POST /behind (HasBuildAPIKey & IsStaff)
POST /some IsStaff
/own AllowAny
/none without a permission
/wrapped without a permission
/static/* without a permission
{tenant}.example.com/home without a permission
/* without a permission
GET,POST /admin/ without a permission
GET,POST /admin/keys without a permission
GET,POST /admin/deep/est HasBuildAPIKey
/mounted/x without a permission
`
	if diff := cmp.Diff(want, table(t, application(newStand()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProtectAndCheckRoutes(t *testing.T) {
	t.Parallel()
	s := newStand()
	router := application(s)
	err := s.CheckRoutes(router)
	const open = "/bare, GET,PATCH /bare/{id:[0-9]+}, /none, /wrapped, /static/*, {tenant}.example.com/home, /*, GET,POST /admin/, GET,POST /admin/keys, /mounted/x:"
	if err == nil || !strings.HasPrefix(err.Error(), "middleware: ") || !strings.Contains(err.Error(), open) {
		t.Errorf("CheckRoutes: %v, want all of %s", err, open)
	}
	before := table(t, router)
	s.Protect(router, permission.DenyAll)
	if err := s.CheckRoutes(router); err != nil {
		t.Errorf("CheckRoutes after Protect: %v", err)
	}
	after := table(t, router)
	if diff := cmp.Diff(strings.ReplaceAll(before, "without a permission", "DenyAll"), after); diff != "" {
		t.Errorf("Protect changed more or less (-want +got):\n%s", diff)
	}
	s.Protect(router, permission.AllowAny)
	if again := table(t, router); again != after {
		t.Errorf("a second Protect changed\n%s", again)
	}
}

// TestProtectedRoutesAreProtected asks them, and not their table.
func TestProtectedRoutesAreProtected(t *testing.T) {
	t.Parallel()
	s := newStand()
	router := application(s)
	s.Protect(router.PathPrefix("/later").Subrouter(), permission.AllowAny) // has no routes yet
	s.Protect(router, permission.IsStaff)
	for path, status := range map[string]int{
		"/bare": 403, "/wrapped": 403, "/static/a/b": 403, "/admin/": 403, "/admin/deep/est": 200, "/mounted/x": 403,
		"/project/": 200, "/own": 200, "/missing": 404,
	} {
		r := request("GET", goodKey)
		r.URL.Path = path
		if w := s.serve(r, router); w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
	}
}

func TestSubroutersHaveTheirOwn(t *testing.T) {
	t.Parallel()
	s := newStand()
	router := mux.NewRouter()
	router.Handle("/a", ok)
	admin := router.PathPrefix("/admin").Subrouter()
	admin.Handle("/b", ok)
	admin.Handle("/c", s.Require(permission.HasBuildAPIKey)(ok))
	s.Protect(admin, permission.IsStaff)
	s.Protect(router, permission.DenyAll)
	const want = "/a DenyAll\n/admin/b IsStaff\n/admin/c HasBuildAPIKey\n"
	if got := table(t, router); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestRoutesThatCannotBeServed(t *testing.T) {
	t.Parallel()
	s := newStand()
	router := mux.NewRouter()
	router.Handle("/good", s.Require(permission.AllowAny)(ok))
	router.Handle("/bad/{", ok)
	router.Handle("no-slash", ok)
	routes, err := middleware.Routes(router)
	s.Protect(router, permission.DenyAll) // leaves them alone
	if len(routes) != 1 || err == nil || strings.Count(err.Error(), "middleware: ") != 2 {
		t.Errorf("%v, %v", routes, err)
	}
	if checked := s.CheckRoutes(router); checked == nil {
		t.Error("CheckRoutes lets it pass")
	}
	if empty, err := middleware.Routes(mux.NewRouter()); len(empty) != 0 || err != nil {
		t.Errorf("%v, %v", empty, err)
	}
}

func TestMuxRoutes(t *testing.T) {
	t.Parallel()
	s := newStand()
	m := s.Mux()
	m.Handle("GET /builds/{id}", permission.Or(permission.HasBuildAPIKey, permission.Restricted), ok)
	m.Handle("  POST   /builds/", permission.IsStaff, s.Require(permission.ReadOnly)(ok))
	m.Handle("example.com/home", permission.AllowAny, ok)
	m.HandleMethods("/projects/{$}", s.On("GET", permission.ReadOnly, say("list")).On("POST", permission.IsStaff, ok))
	const want = `GET /builds/{id} (HasBuildAPIKey | Restricted)
POST /builds/ (IsStaff & ReadOnly)
example.com/home AllowAny
GET /projects/{$} ReadOnly
POST /projects/{$} IsStaff
`
	if diff := cmp.Diff(want, lines(m.Routes())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	m.Routes()[0].Permission = "AllowAny"
	if got := m.Routes()[0].Permission; got == "AllowAny" {
		t.Error("the list can be changed from outside")
	}
}

func TestMuxServes(t *testing.T) {
	t.Parallel()
	s := newStand()
	m := s.Mux()
	m.Handle("GET /builds/{id}", permission.HasBuildAPIKey, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.PathValue("id"))
	}))
	m.HandleMethods("/projects/{$}", s.On("GET", permission.ReadOnly, say("list")))
	for _, row := range []struct {
		method, path, key string
		status            int
		body              string
	}{
		{"GET", "/builds/7", goodKey, 200, "7"},
		{"GET", "/builds/7", "", 401, ""},
		{"GET", "/builds/7", expiredKey, 401, ""},
		{"GET", "/projects/", "", 200, "list"},
		{"POST", "/projects/", "", 401, ""},
		{"POST", "/projects/", goodKey, 403, ""},
		{"GET", "/missing", goodKey, 404, ""},
	} {
		r := request(row.method, row.key)
		r.URL.Path = row.path
		if w := s.serve(r, m); w.Code != row.status || row.body != "" && w.Body.String() != row.body {
			t.Errorf("%s %s with %q: %d %q", row.method, row.path, row.key, w.Code, w.Body)
		}
	}
}
