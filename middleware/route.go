package middleware

import (
	"net/http"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/internal/nilcheck"
	"github.com/buildkey/buildkey/permission"
)

// Route is a line of the table that shows who may do what.
type Route struct {
	// Methods are those that the route serves, nil for all of them.
	Methods []string
	// Path is the router's own pattern, behind the host where it has one. It
	// ends in "*" where longer paths match too.
	Path string
	// Permission is the expression, "" when there is none.
	Permission string
}

// String is the line: "GET /builds/ HasBuildAPIKey".
func (r Route) String() string {
	text := r.name()
	if r.Permission == "" {
		return text + " without a permission"
	}
	return text + " " + r.Permission
}

// under is the route as its rules have it, a line for each, or the route alone
// when there are none.
func (r Route) under(rules []rule) []Route {
	if rules == nil {
		return []Route{r}
	}
	var routes []Route
	for _, rule := range rules {
		methods := common(r.Methods, rule.methods)
		if methods == nil || len(methods) > 0 {
			routes = append(routes, Route{methods, r.Path, rule.permission.String()})
		}
	}
	return routes
}

// common are the methods that are in both lists, of which nil holds all.
func common(a, b []string) []string {
	switch {
	case a == nil:
		return slices.Clone(b)
	case b == nil:
		return slices.Clone(a)
	}
	return slices.DeleteFunc(slices.Clone(a), func(m string) bool { return !slices.Contains(b, m) })
}

func (r Route) name() string {
	if r.Methods == nil {
		return r.Path
	}
	return strings.Join(r.Methods, ",") + " " + r.Path
}

// rule is a permission that a handler asks, for the methods it asks it for.
type rule struct {
	methods    []string
	permission permission.Permission
}

// rulesOf finds what a handler asks: none when it is not behind a permission. It
// sees what Require and On made, and a handler that says so itself, by a method
// Permission() permission.Permission: a wrapper of the application's own. It
// cannot see into any other wrapper.
func rulesOf(h http.Handler) []rule {
	switch h := h.(type) {
	case *Methods:
		var rules []rule
		for _, row := range h.rows {
			for _, within := range rulesOf(row.handler) {
				rules = append(rules, rule{[]string{row.method}, within.permission})
			}
		}
		return rules
	case *guarded:
		within := rulesOf(h.next)
		for i := range within {
			within[i].permission = permission.And(h.permission, within[i].permission)
		}
		if within == nil {
			return []rule{{nil, h.permission}}
		}
		return within
	case interface{ Permission() permission.Permission }:
		if p := h.Permission(); !nilcheck.IsNil(p) {
			return []rule{{nil, p}}
		}
	}
	return nil
}
