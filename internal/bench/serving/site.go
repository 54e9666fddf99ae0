package serving

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/server"
)

// site is a database with one build and three commands of it, the build's key, and
// two reference servers: one that runs as it is started, with its cache of keys, and
// one whose background work does not run, so that it verifies each key by a statement.
type site struct {
	db     *sqlx.DB
	server *server.Server
	cold   *server.Server
	stop   func() error // the background work

	admin string
	key   string
	path  string // of the build
}

// newSite opens servers on the database at the URL and triggers a build.
func newSite(ctx context.Context, databaseURL string) (s *site, err error) {
	s = &site{admin: rand.Text()}
	if s.db, err = server.OpenDB(ctx, databaseURL); err != nil {
		return nil, err
	}
	if err = errors.Join(s.open(ctx, databaseURL, &s.server), s.open(ctx, databaseURL, &s.cold)); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	s.stop = running(ctx, s.server)
	if err = s.fill(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *site) open(ctx context.Context, databaseURL string, to **server.Server) (err error) {
	*to, err = server.New(ctx, s.db, server.Config{
		DatabaseURL: databaseURL, AdminToken: apikey.NewSecret(s.admin), NoSample: true,
		Logger: slog.New(slog.DiscardHandler), Out: io.Discard,
	})
	return err
}

func (s *site) close() error { return errors.Join(s.stop(), s.db.Close()) }

// fill triggers the build and waits for the cache to know its key.
func (s *site) fill(ctx context.Context) error {
	if err := s.trigger(ctx); err != nil {
		return err
	}
	return s.awaitCache(ctx)
}

func (s *site) trigger(ctx context.Context) error {
	var project, version struct{ ID int64 }
	var triggered struct {
		Key   string
		Build struct{ ID int64 }
	}
	err := s.post(ctx, "project/", "Bearer "+s.admin, map[string]any{
		"slug": "pip", "name": "pip", "repo": "https://git.example/pip.git", "language": "en", "default_branch": "main",
	}, &project)
	if err != nil {
		return err
	}
	err = s.post(ctx, "version/", "Bearer "+s.admin, map[string]any{"project": project.ID, "slug": "latest", "identifier": "main"}, &version)
	if err != nil {
		return err
	}
	err = s.post(ctx, "build/", "Bearer "+s.admin, map[string]any{"project": project.ID, "version": version.ID}, &triggered)
	if err != nil {
		return err
	}
	s.key, s.path = triggered.Key, fmt.Sprintf("/api/v2/build/%d/", triggered.Build.ID)
	for _, command := range []string{"git clone", "pip install", "sphinx-build"} {
		if err := s.post(ctx, "command/", "Token "+s.key, map[string]any{"command": command, "exit_code": 0}, &struct{}{}); err != nil {
			return err
		}
	}
	return nil
}

func (s *site) post(ctx context.Context, path, authorization string, body map[string]any, dest any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return s.send(ctx, http.MethodPost, "/api/v2/"+path, authorization, text, dest)
}

// send asks without a network, and reads the answer into dest.
func (s *site) send(ctx context.Context, method, path, authorization string, body []byte, dest any) error {
	r, err := http.NewRequestWithContext(ctx, method, "http://localhost"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", authorization)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.server.Handler().ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		return fmt.Errorf("serving: %s %s answers %d: %s", method, path, w.Code, w.Body)
	}
	return json.Unmarshal(w.Body.Bytes(), dest)
}
