package middleware_test

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// With gorilla/mux: Authenticate goes around the router, since a router's Use
// does not run on its 404 and 405, and Require around each route.
func Example_gorilla() {
	guard := newGuard()
	router := mux.NewRouter()
	router.Handle("/builds/{id}/", guard.Require(keyOrReader)(http.HandlerFunc(showBuild)))

	app := guard.Authenticate(router)
	ask(app, "GET", "/builds/7/", "")
	ask(app, "PATCH", "/builds/7/", "bk_example")
	ask(app, "PATCH", "/builds/7/", "")
	ask(app, "GET", "/builds/7/", "bk_mistyped")
	// Output:
	// GET /builds/7/ 200 keyed false, for build ""
	// PATCH /builds/7/ 200 keyed true, for build "7"
	// PATCH /builds/7/ 401 Token
	// GET /builds/7/ 401 Token error="invalid_token"
}

// With net/http alone.
func Example_serveMux() {
	guard := newGuard()
	router := http.NewServeMux()
	router.Handle("GET /builds/{id}/", guard.Require(permission.AllowAny)(http.HandlerFunc(showBuild)))
	router.Handle("PATCH /builds/{id}/", guard.Require(permission.HasBuildAPIKey)(http.HandlerFunc(showBuild)))

	app := guard.Authenticate(router)
	ask(app, "GET", "/builds/7/", "bk_example")
	ask(app, "PATCH", "/builds/7/", "bk_example")
	// Output:
	// GET /builds/7/ 200 keyed false, for build ""
	// PATCH /builds/7/ 200 keyed true, for build "7"
}

// With chi: Authenticate and Require are middlewares like any other.
func Example_chi() {
	guard := newGuard()
	router := chi.NewRouter()
	router.Use(guard.Authenticate)
	router.With(guard.Require(keyOrReader)).Get("/builds/{id}/", showBuild)
	router.Route("/admin", func(admin chi.Router) {
		admin.Use(guard.Require(permission.IsStaff))
		admin.Get("/keys/", showBuild)
	})

	ask(router, "GET", "/builds/7/", "bk_example")
	ask(router, "GET", "/admin/keys/", "")
	// Output:
	// GET /builds/7/ 200 keyed true, for build "7"
	// GET /admin/keys/ 401 Token
}

// Who may do what, and what nobody thought of.
func ExampleRoutes() {
	guard := newGuard()
	h := http.HandlerFunc(showBuild)
	router := mux.NewRouter()
	router.Handle("/builds/", guard.On("GET", keyOrReader, h).On("POST", permission.IsStaff, h))
	router.Handle("/metrics", h)
	admin := router.PathPrefix("/admin").Subrouter()
	admin.Handle("/keys/", h).Methods("GET", "DELETE")
	guard.Protect(admin, permission.IsStaff) // all of a subrouter

	fmt.Println(guard.CheckRoutes(router))
	guard.Protect(router, permission.DenyAll) // all that is left
	fmt.Println(guard.CheckRoutes(router))

	routes, err := middleware.Routes(router)
	for _, route := range routes {
		fmt.Println(route)
	}
	fmt.Println(err)
	// Output:
	// middleware: no permission on /metrics: wrap the handler in Require, or call Protect
	// <nil>
	// GET /builds/ (HasBuildAPIKey | Restricted)
	// POST /builds/ IsStaff
	// /metrics DenyAll
	// GET,DELETE /admin/keys/ IsStaff
	// <nil>
}

// A Route is a line of an application's table of who may do what, here printed
// for a reviewer.
func ExampleRoute() {
	guard := newGuard()
	router := guard.Mux()
	router.HandleMethods("/builds/{id}", guard.
		On("GET", keyOrReader, http.HandlerFunc(showBuild)).
		On("PATCH", permission.HasScope("build:update"), http.HandlerFunc(showBuild)))
	for _, route := range router.Routes() {
		fmt.Println(route)
	}
	// Output:
	// GET /builds/{id} (HasBuildAPIKey | Restricted)
	// PATCH /builds/{id} HasScope(build:update)
}

// A router of net/http on which no route can be without a permission.
func ExampleMux() {
	guard := newGuard()
	router := guard.Mux()
	router.Handle("GET /builds/{id}", keyOrReader, http.HandlerFunc(showBuild))
	router.Handle("GET /healthz", permission.AllowAny, http.HandlerFunc(showBuild))
	for _, route := range router.Routes() {
		fmt.Println(route.Methods, route.Path, route.Permission)
	}
	ask(guard.Authenticate(router), "GET", "/builds/7", "bk_example")
	// Output:
	// [GET] /builds/{id} (HasBuildAPIKey | Restricted)
	// [GET] /healthz AllowAny
	// GET /builds/7 200 keyed true, for build "7"
}
