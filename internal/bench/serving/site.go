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

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/server"
)

// site is a reference server with one build, three commands of it, and its key.
type site struct {
	server *server.Server
	admin  string
	key    string
	path   string // of the build
}

// newSite opens a server on the database at the URL and triggers a build.
func newSite(ctx context.Context, databaseURL string) (*site, error) {
	s := &site{admin: rand.Text()}
	var err error
	s.server, err = server.Open(ctx, server.Config{
		DatabaseURL: databaseURL, AdminToken: apikey.NewSecret(s.admin), NoSample: true,
		Logger: slog.New(slog.DiscardHandler), Out: io.Discard,
	})
	if err != nil {
		return nil, err
	}
	if err := s.trigger(); err != nil {
		return nil, errors.Join(err, s.server.Close())
	}
	return s, nil
}

func (s *site) trigger() error {
	var project, version struct{ ID int64 }
	var triggered struct {
		Key   string
		Build struct{ ID int64 }
	}
	bearer := "Bearer " + s.admin
	err := s.post("project/", bearer, map[string]any{
		"slug": "pip", "name": "pip", "repo": "https://git.example/pip.git", "language": "en", "default_branch": "main",
	}, &project)
	if err != nil {
		return err
	}
	if err := s.post("version/", bearer, map[string]any{"project": project.ID, "slug": "latest", "identifier": "main"}, &version); err != nil {
		return err
	}
	if err := s.post("build/", bearer, map[string]any{"project": project.ID, "version": version.ID}, &triggered); err != nil {
		return err
	}
	s.key, s.path = triggered.Key, fmt.Sprintf("/api/v2/build/%d/", triggered.Build.ID)
	for _, command := range []string{"git clone", "pip install", "sphinx-build"} {
		if err := s.post("command/", "Token "+s.key, map[string]any{"command": command, "exit_code": 0}, &struct{}{}); err != nil {
			return err
		}
	}
	return nil
}

// post sends body without a network, and reads the answer into dest.
func (s *site) post(path, authorization string, body map[string]any, dest any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, "http://localhost/api/v2/"+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", authorization)
	r.Header.Set("Content-Type", "application/json")
	w := &answer{header: http.Header{}}
	s.server.Handler().ServeHTTP(w, r)
	if w.status != http.StatusCreated {
		return fmt.Errorf("serving: POST %s answers %d: %s", path, w.status, w.body.String())
	}
	return json.Unmarshal(w.body.Bytes(), dest)
}

// answer is a ResponseWriter that keeps what it is told.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }
func (a *answer) WriteHeader(status int)      { a.status = status }
