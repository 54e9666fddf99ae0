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
	walk(router, func(route *mux.Route, ancestors []*mux.Route) {
		if err := route.GetError(); err != nil {
			failures = append(failures, fmt.Errorf("middleware: a route cannot be served: %w", err))
			return
		}
		served := Route{methodsOf(route, ancestors), pathOf(route), ""}
		rules := rulesOf(route.GetHandler())
		if rules == nil {
			routes = append(routes, served)
		}
		for _, rule := range rules {
			served.Permission = rule.permission.String()
			routes = append(routes, served.narrowed(rule.methods))
		}
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
	walk(router, func(route *mux.Route, _ []*mux.Route) {
		if h := route.GetHandler(); rulesOf(h) == nil {
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

// walk visits the routes that have a handler which is no router itself.
func walk(router *mux.Router, visit func(route *mux.Route, ancestors []*mux.Route)) {
	_ = router.Walk(func(route *mux.Route, _ *mux.Router, ancestors []*mux.Route) error {
		h := route.GetHandler()
		if _, nested := h.(*mux.Router); !nested && h != nil {
			visit(route, ancestors)
		}
		return nil
	})
}

// methodsOf are the methods that reach the route: its own, among those of the
// routes around it.
func methodsOf(route *mux.Route, ancestors []*mux.Route) []string {
	var methods []string
	for _, r := range append(slices.Clone(ancestors), route) {
		own, err := r.GetMethods()
		if err != nil {
			continue
		}
		methods = common(methods, own)
	}
	return methods
}

func common(a, b []string) []string {
	if a == nil {
		return slices.Clone(b)
	}
	return slices.DeleteFunc(slices.Clone(a), func(m string) bool { return !slices.Contains(b, m) })
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

// narrowed is the route for methods alone, of those that it serves.
func (r Route) narrowed(methods []string) Route {
	if methods != nil {
		r.Methods = common(r.Methods, methods)
	}
	return r
}

func (r Route) name() string {
	if r.Methods == nil {
		return r.Path
	}
	return strings.Join(r.Methods, ",") + " " + r.Path
}
