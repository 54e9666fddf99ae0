package middleware_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/permission"
)

// Keys that the keyring below knows.
const (
	goodKey    = "good-4c2f7a"
	expiredKey = "expired-4c2f7a"
	awayKey    = "away-4c2f7a"
	strayKey   = "stray-4c2f7a" // the ring answers with an error that holds the key
)

var goodID = uuid.MustParse("018f2b2e-7b1c-7c3e-9f00-aa11bb22cc33")

// keyring is a Verifier that counts how often it is asked.
type keyring struct{ asked atomic.Int64 }

func (k *keyring) Verify(_ context.Context, raw string) (apikey.Key, error) {
	k.asked.Add(1)
	key := apikey.Key{ID: goodID, Project: "1", Version: "2", Build: "3", Scopes: apikey.Scopes{"build:update"}}
	switch raw {
	case goodKey:
		return key, nil
	case expiredKey:
		return key, apikey.ErrExpired
	case "revoked":
		return apikey.Key{}, apikey.ErrRevoked
	case "lapsed":
		return apikey.Key{}, apikey.ErrLapsed
	case "misshapen":
		return apikey.Key{}, apikey.ErrMalformed
	case "unavailable", awayKey:
		return apikey.Key{}, apikey.ErrUnavailable
	case "cancelled":
		return apikey.Key{}, context.Canceled
	case strayKey:
		return apikey.Key{}, strayError(raw)
	}
	return apikey.Key{}, apikey.ErrUnknown
}

type strayError string

func (e strayError) Error() string { return "stray: cannot look up " + string(e) }

type person struct{ staff bool }

func (p *person) IsStaff() bool { return p.staff }

// users finds users by a header of their own.
func users(r *http.Request) (permission.User, error) {
	switch r.Header.Get("X-User") {
	case "staff":
		return &person{staff: true}, nil
	case "user":
		return &person{}, nil
	case "nil":
		return (*person)(nil), nil
	case "wrong":
		return nil, apikey.ErrUnknown
	case "away":
		return nil, apikey.ErrUnavailable
	case "broken":
		return nil, strayError("the users")
	}
	return nil, nil
}

// logbook keeps what is logged, at every level.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logbook) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// lines are the log's lines that hold each of the parts.
func (l *logbook) lines(parts ...string) []string {
	var found []string
	for line := range strings.Lines(l.String()) {
		held := true
		for _, part := range parts {
			held = held && strings.Contains(line, part)
		}
		if held {
			found = append(found, line)
		}
	}
	return found
}

// stand is a guard with all that a test looks at.
type stand struct {
	*middleware.Guard
	keys *keyring
	log  *logbook
}

func newStand() *stand {
	s := &stand{keys: &keyring{}, log: &logbook{}}
	s.Guard = &middleware.Guard{Keys: s.keys, User: users, Logger: s.log.logger()}
	return s
}

// serve runs one request through Authenticate and h.
func (s *stand) serve(r *http.Request, h http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Authenticate(h).ServeHTTP(w, r)
	return w
}

// get runs a GET with the key, if any, through a route with the permission.
func (s *stand) get(key string, p permission.Permission, h http.Handler) *httptest.ResponseRecorder {
	return s.serve(request(http.MethodGet, key), s.Require(p)(h))
}

func request(method, key string) *http.Request {
	r := httptest.NewRequest(method, "/builds/7?token=query", nil)
	if key != "" {
		r.Header.Set("Authorization", "Token "+key)
	}
	return r
}

func asUser(r *http.Request, name string) *http.Request {
	r.Header.Set("X-User", name)
	return r
}

// ok answers 200 with a body.
var ok = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("served")) })

// body is a problem as a client reads it.
type body struct {
	Title, Detail, Code string
	Status              int
	Errors              []middleware.FieldProblem
}

// problem checks the form of a refusal and reads it.
func problem(t *testing.T, w *httptest.ResponseRecorder, status int) body {
	t.Helper()
	var b body
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &b); err != nil {
		t.Fatalf("body %q: %v", w.Body, err)
	}
	if b.Status != status || b.Title != http.StatusText(status) || b.Detail == "" || b.Code == "" {
		t.Errorf("body %+v", b)
	}
	return b
}
