package middleware

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/permission"
)

// Routes lists the routes of a router and its subrouters, in their order. A
// route has a permission when its handler came from [Guard.Require], [Guard.On]
// or [Guard.Protect], or has a method Permission() permission.Permission.
// What a router's Use added does not show: mux keeps it to itself.
//
// The error names the routes that mux refuses to serve because they were
// declared wrongly; those are not in the list.
func Routes(router *mux.Router) ([]Route, error) {
	var routes []Route
	var failures []error
	walk(router, func(route *mux.Route) {
		if err := route.GetError(); err != nil {
			failures = append(failures, fmt.Errorf("middleware: a route cannot be served: %w", err))
			return
		}
		routes = append(routes, servedBy(route).under(rulesOf(route.GetHandler()))...)
	})
	return routes, errors.Join(failures...)
}

// Protect puts p in front of every route of the router and its subrouters that
// has no permission yet. It is how a subrouter gets a permission, and how
// a router denies by default:
//
//	guard.Protect(admin, permission.IsStaff)
//	guard.Protect(router, permission.DenyAll)
//
// Routes that are added later are not protected, so call it when all are there.
// A nil p panics.
func (g *Guard) Protect(router *mux.Router, p permission.Permission) {
	require := g.Require(p)
	walk(router, func(route *mux.Route) {
		if h := route.GetHandler(); h != nil && rulesOf(h) == nil {
			route.Handler(require(h))
		}
	})
}

// CheckRoutes returns an error that names each route without a permission, and
// nil when there is none. Call it at start-up, and in a test.
func (g *Guard) CheckRoutes(router *mux.Router) error {
	routes, err := Routes(router)
	if err != nil {
		return err
	}
	var open []string
	for _, route := range routes {
		if route.Permission == "" {
			open = append(open, route.name())
		}
	}
	if open == nil {
		return nil
	}
	return fmt.Errorf("middleware: no permission on %s: wrap the handler in Require, or call Protect", strings.Join(open, ", "))
}

// walk visits the routes that have a handler which is no router itself, and those
// that mux refuses to serve.
func walk(router *mux.Router, visit func(route *mux.Route)) {
	_ = router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		h := route.GetHandler()
		if _, nested := h.(*mux.Router); !nested && h != nil || route.GetError() != nil {
			visit(route)
		}
		return nil
	})
}

// servedBy is what mux tells of a route. Where a subrouter and a route in it both
// name methods, it tells those of the subrouter.
func servedBy(route *mux.Route) Route {
	methods, _ := route.GetMethods() // its error says that all are served
	return Route{Methods: slices.Clone(methods), Path: pathOf(route)}
}

func pathOf(route *mux.Route) string {
	host, _ := route.GetHostTemplate()
	path, err := route.GetPathTemplate()
	if err != nil {
		return host + "/*"
	}
	if pattern, err := route.GetPathRegexp(); err == nil && !strings.HasSuffix(pattern, "$") {
		path += "*"
	}
	return host + path
}
