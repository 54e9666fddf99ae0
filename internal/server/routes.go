package server

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// row is a line of the route table.
type row struct {
	method, path string
	may          permission.Permission
	do           middleware.HandlerFunc
}

// table is who may do what. The first row of a path also says who learns that
// another method is not allowed there.
func (s *Server) table() []row {
	return append(s.buildRows(), s.keyRows()...)
}

var (
	anyone   = permission.AllowAny
	staff    = permission.IsStaff
	worker   = permission.HasBuildAPIKey
	readers  = permission.Or(worker, permission.Restricted) // a key, or anyone who only reads, or staff
	either   = permission.Or(worker, staff)
	deriving = permission.And(worker, permission.HasScope(apikey.ScopeKeyCreate))
)

func (s *Server) buildRows() []row {
	return []row{
		{"GET", "/healthz", anyone, s.health},
		{"GET", "/api/v2/", anyone, s.index},

		{"GET", "/api/v2/project/", readers, s.projects.list},
		{"POST", "/api/v2/project/", staff, s.createProject},
		{"GET", "/api/v2/project/{id}/", readers, s.projects.detail},
		{"PATCH", "/api/v2/project/{id}/", readers, s.projects.patch},

		{"GET", "/api/v2/project/{id}/links/", staff, s.showLinks},
		{"POST", "/api/v2/project/{id}/links/", staff, s.addLink},
		{"PATCH", "/api/v2/project/{id}/links/", staff, s.setLinkModes},
		{"DELETE", "/api/v2/project/{id}/links/{direction}/{other}/", staff, s.removeLink},

		{"GET", "/api/v2/version/", readers, s.versions.list},
		{"POST", "/api/v2/version/", staff, s.createVersion},
		{"GET", "/api/v2/version/{id}/", readers, s.versions.detail},
		{"PATCH", "/api/v2/version/{id}/", readers, s.versions.patch},

		{"GET", "/api/v2/build/", readers, s.builds.list},
		{"POST", "/api/v2/build/", staff, s.triggerBuild},
		{"GET", "/api/v2/build/concurrent/", worker, s.concurrentBuilds},
		{"GET", "/api/v2/build/{id}/", readers, s.builds.detail},
		{"PATCH", "/api/v2/build/{id}/", readers, s.patchBuild},
		{"POST", "/api/v2/build/{id}/reset/", either, s.resetBuild},

		{"POST", "/api/v2/command/", worker, s.createCommand},
		{"GET", "/api/v2/command/{id}/", readers, s.commands.detail},
		{"PATCH", "/api/v2/command/{id}/", readers, s.patchCommand},

		{"GET", "/api/v2/notifications/", either, s.notifications.list},
		{"POST", "/api/v2/notifications/", worker, s.createNotification},
	}
}

func (s *Server) keyRows() []row {
	return []row{
		{"POST", "/api/v2/revoke/", anyone, s.revokeKey},
		{"GET", "/api/v2/whoami/", worker, s.whoami},
		{"POST", "/api/v2/keys/derive/", deriving, s.deriveKey},
		{"POST", "/api/v2/keys/unwrap/", anyone, s.unwrapKey},
		{"POST", "/api/v2/keys/renew/", worker, s.renewKey},
		{"GET", "/api/v2/keys/scopes/", anyone, s.showScopes},
		{"GET", "/api/v2/keys/config/", staff, s.showKeyConfig},

		{"POST", "/api/v2/keys/", staff, s.createKey},
		{"GET", "/api/v2/keys/", staff, s.listKeys},
		{"GET", "/api/v2/keys/by-name/{project}/{name}/", staff, s.showKeyByName},
		{"GET", "/api/v2/keys/{id}/", staff, s.showKey},
		{"DELETE", "/api/v2/keys/{id}/", staff, s.deleteKey},
		{"PUT", "/api/v2/keys/{id}/expire/", staff, s.expireKey},
		{"POST", "/api/v2/keys/{id}/rotate/", staff, s.rotateKey},
	}
}

// newRouter makes a router of the table. Whatever is not in it is denied.
func (s *Server) newRouter() (*mux.Router, error) {
	router := mux.NewRouter().UseEncodedPath().SkipClean(true)
	paths, methods := []string{}, map[string]*middleware.Methods{}
	for _, row := range s.table() {
		if methods[row.path] == nil {
			paths = append(paths, row.path)
			methods[row.path] = s.guard.On(row.method, row.may, row.do)
			continue
		}
		methods[row.path] = methods[row.path].On(row.method, row.may, row.do)
	}
	for _, path := range paths {
		router.Handle(path, methods[path])
	}
	router.NotFoundHandler = middleware.HandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return apikey.ErrNotFound
	})
	router.Use(noteRoute)
	s.guard.Protect(router, permission.DenyAll)
	return router, s.guard.CheckRoutes(router)
}

// Routes are the routes that a server has, each method with its permission, in
// the order in which they are matched.
func Routes() ([]middleware.Route, error) {
	s := &Server{}
	s.wire(nobody{})
	router, err := s.newRouter()
	if err != nil {
		return nil, err
	}
	return middleware.Routes(router)
}

// nobody verifies no key: its routes are only looked at.
type nobody struct{}

// Verify is always ErrUnavailable.
func (nobody) Verify(context.Context, string) (apikey.Key, error) {
	return apikey.Key{}, apikey.ErrUnavailable
}

// index answers GET /api/v2/.
func (s *Server) index(w http.ResponseWriter, _ *http.Request) error {
	routes, err := middleware.Routes(s.router)
	if err != nil {
		return err
	}
	type line struct {
		Methods    []string `json:"methods"`
		Path       string   `json:"path"`
		Permission string   `json:"permission"`
	}
	lines := make([]line, len(routes))
	for i, r := range routes {
		lines[i] = line{r.Methods, r.Path, r.Permission}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"routes": lines})
}
