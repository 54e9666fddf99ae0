package middleware

import (
	"net/http"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/permission"
)

// Mux is an http.ServeMux whose routes all have a permission. Make one with
// [Guard.Mux]; put it inside Authenticate like any other router.
type Mux struct {
	guard  *Guard
	mux    *http.ServeMux
	routes []Route
}

// Mux returns an empty router. It panics when the guard is not complete.
func (g *Guard) Mux() *Mux {
	g.mustBeWired("Mux")
	return &Mux{guard: g, mux: http.NewServeMux()}
}

// Handle registers h behind p for a pattern of http.ServeMux, such as
// "GET /builds/{id}". It panics as [Guard.Require] and http.ServeMux do.
func (m *Mux) Handle(pattern string, p permission.Permission, h http.Handler) {
	m.register(pattern, m.guard.Require(p)(h))
}

// HandleMethods registers a handler with a permission for each method, for
// a pattern without one. A nil handler panics.
func (m *Mux) HandleMethods(pattern string, methods *Methods) {
	if methods == nil {
		panic("middleware: HandleMethods(" + pattern + ") of nil: start with Guard.On")
	}
	m.register(pattern, methods)
}

func (m *Mux) register(pattern string, guarded http.Handler) {
	m.mux.Handle(pattern, guarded)
	method, path, ok := strings.Cut(strings.TrimSpace(pattern), " ")
	served := Route{Methods: []string{method}, Path: strings.TrimLeft(path, " \t")}
	if !ok {
		served = Route{Path: method}
	}
	m.routes = append(m.routes, served.under(rulesOf(guarded))...)
}

// ServeHTTP serves the route that matches, as http.ServeMux does.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }

// Routes lists what was registered, in order.
func (m *Mux) Routes() []Route { return slices.Clone(m.routes) }
