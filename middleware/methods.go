package middleware

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/permission"
)

// Methods is a handler for one path, with a permission for each method. Start it
// with [Guard.On]:
//
//	router.Handle("/project/", guard.
//		On("GET", permission.Or(permission.HasBuildAPIKey, permission.Restricted), list).
//		On("POST", permission.IsStaff, create))
//
// HEAD goes where GET does, unless it has a row of its own. Any other method,
// OPTIONS too, is asked for the permission of the first row, and a caller who
// passes is answered with 405 and Allow. So a caller who may do nothing here
// does not learn what others may.
type Methods struct {
	guard *Guard
	rows  []methodRow
}

type methodRow struct {
	method  string
	handler *guarded
}

// On gives a path its first method. It panics for a nil permission or handler,
// as [Guard.Require] does, and for a method that is empty or not in upper case.
func (g *Guard) On(method string, p permission.Permission, h http.Handler) *Methods {
	return (&Methods{guard: g}).On(method, p, h)
}

// On returns m with one more method; m stays as it is. It panics as [Guard.On]
// does, and for a method that m has.
func (m *Methods) On(method string, p permission.Permission, h http.Handler) *Methods {
	if method == "" || method != strings.ToUpper(method) {
		panic(fmt.Sprintf("middleware: On(%q) needs a method in upper case: methods have one", method))
	}
	if m.row(method) != nil {
		panic(fmt.Sprintf("middleware: On(%q) was said before: give each method once", method))
	}
	row := methodRow{method, m.guard.Require(p)(h).(*guarded)}
	return &Methods{m.guard, append(slices.Clip(m.rows), row)}
}

func (m *Methods) row(method string) *guarded {
	for _, row := range m.rows {
		if row.method == method {
			return row.handler
		}
	}
	return nil
}

// ServeHTTP asks the method's permission and then runs its handler.
func (m *Methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := m.row(r.Method)
	if h == nil && r.Method == http.MethodHead {
		h = m.row(http.MethodGet)
	}
	if h == nil {
		first := m.rows[0].handler
		h = &guarded{guard: m.guard, permission: first.permission, next: HandlerFunc(m.other), objectless: true}
	}
	h.ServeHTTP(w, r)
}

// other answers a method without a row.
func (m *Methods) other(_ http.ResponseWriter, r *http.Request) error {
	return &Problem{
		Status: http.StatusMethodNotAllowed,
		Detail: fmt.Sprintf("the method %.20q is not allowed here", r.Method),
		Header: http.Header{"Allow": {strings.Join(m.allowed(), ", ")}},
	}
}

func (m *Methods) allowed() []string {
	var names []string
	for _, row := range m.rows {
		names = append(names, row.method)
		if row.method == http.MethodGet && m.row(http.MethodHead) == nil {
			names = append(names, http.MethodHead)
		}
	}
	return names
}
