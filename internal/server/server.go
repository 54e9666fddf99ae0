package server

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/gofrs/flock"
	"github.com/gorilla/mux"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey/keycache"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/queryset"
)

// Server answers the build API. Make one with Open or New.
type Server struct {
	cfg     Config
	db      *sqlx.DB
	keys    *keystore.Store
	cache   *keycache.Cache // in front of keys
	guard   *middleware.Guard
	router  *mux.Router
	handler http.Handler
	admin   admin

	projects      resource[project]
	versions      resource[version]
	builds        resource[build]
	commands      resource[command]
	notifications resource[notification]

	sample   *sample      // made by this start, to be shown once
	listener net.Listener // taken by Open, nil after New
	lock     *flock.Flock // of a SQLite file, nil for PostgreSQL
	owned    bool         // the database is the server's to close
}

// New is Open on a database that the caller opened, and closes. The Config's
// DatabaseURL is only where the cache of keys listens, if it is PostgreSQL's, and its
// Addr is not taken before Serve.
func New(ctx context.Context, db *sqlx.DB, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if _, err := migrate(ctx, db); err != nil {
		return nil, err
	}
	return newServer(ctx, db, cfg)
}

// newServer makes a server of a database whose schema is up to date.
func newServer(ctx context.Context, db *sqlx.DB, cfg Config) (*Server, error) {
	keys, err := keystore.New(db, keystore.Config{Now: cfg.Now, Logger: cfg.Logger})
	if err != nil {
		return nil, err
	}
	if err := queryset.Check(ctx, db, tables()...); err != nil {
		return nil, err
	}
	cache, err := keycache.New(keys, keycache.Config{Bound: Bound, ListenDSN: listenDSN(cfg.DatabaseURL), Now: cfg.Now, Logger: cfg.Logger})
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, db: db, keys: keys, cache: cache}
	s.wire(notingKeys{cache})
	if s.router, err = s.newRouter(); err != nil {
		return nil, err
	}
	s.handler = s.around(s.router)
	if err := s.loadAdmin(ctx); err != nil {
		return nil, err
	}
	return s, s.makeSample(ctx)
}

// wire makes what the routes are made of.
func (s *Server) wire(keys middleware.Verifier) {
	s.guard = &middleware.Guard{Keys: keys, Parser: parser.Token, User: s.user, Logger: s.cfg.Logger}
	s.projects = s.newProjects()
	s.versions = s.newVersions()
	s.builds = s.newBuilds()
	s.commands = s.newCommands()
	s.notifications = s.newNotifications()
}

// around is what every request passes before and after the router. The guard
// stands around the router, not within, so that unknown paths and redirects pass it too.
func (s *Server) around(router *mux.Router) http.Handler {
	return logRequests(s.cfg.Logger, limitTime(s.guard.Authenticate(addSlash(router, router))))
}

// Handler answers the API's requests, with a log line each.
func (s *Server) Handler() http.Handler { return s.handler }

// CacheStats tells how the cache of keys does, which is fresh only while Run runs.
func (s *Server) CacheStats() keycache.Stats { return s.cache.Stats() }

func (s *Server) now() time.Time { return s.cfg.Now() }
