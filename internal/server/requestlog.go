package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
)

// note is what is learned about a request on its way in, for its log line.
type note struct {
	route string    // the template, never the path: a path can hold anything
	key   uuid.UUID // of a key that was verified, also when it was refused later
}

type noteInContext struct{}

func noteOf(ctx context.Context) *note {
	n, ok := ctx.Value(noteInContext{}).(*note)
	if !ok {
		return &note{} // a request that nobody logs
	}
	return n
}

// logRequests writes a line for each request: no path, no query, no header, no body
// and no method that is none, so no secret.
func logRequests(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, n := time.Now(), &note{}
		seen := &statusWriter{ResponseWriter: w}
		defer func() {
			attrs := []slog.Attr{
				slog.String("method", loggedMethod(r.Method)),
				slog.String("route", n.route),
				slog.Int("status", seen.status),
				slog.Duration("duration", time.Since(began)),
			}
			if n.key != uuid.Nil {
				attrs = append(attrs, slog.String("key", n.key.String()))
			}
			logger.LogAttrs(r.Context(), slog.LevelInfo, "request", attrs...)
		}()
		next.ServeHTTP(seen, r.WithContext(context.WithValue(r.Context(), noteInContext{}, n)))
	})
}

// loggedMethod is a method as far as it is one that routes have: any word may stand in
// its place, a key too.
func loggedMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return method
	}
	return "other"
}

// noteRoute is mux middleware, which runs where a route was found.
func noteRoute(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if route := mux.CurrentRoute(r); route != nil {
			noteOf(r.Context()).route, _ = route.GetPathTemplate()
		}
		next.ServeHTTP(w, r)
	})
}

// notingKeys notes the key that a request was verified with.
type notingKeys struct{ middleware.Verifier }

// Verify is the inner Verifier's.
func (v notingKeys) Verify(ctx context.Context, raw string) (apikey.Key, error) {
	k, err := v.Verifier.Verify(ctx, raw)
	if err == nil {
		noteOf(ctx).key = k.ID
	}
	return k, err
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the first final status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write answers with 200 unless something else was said.
func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
