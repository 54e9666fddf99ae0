package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

// stack is a handler with the credential that passes it.
type stack struct {
	name, note    string
	authorization string
	around        func(http.Handler) http.Handler
}

// empty is what all stacks stand around.
var empty = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

// writer is a ResponseWriter that costs nothing and keeps the status.
type writer struct {
	header http.Header
	status int
}

func (w *writer) Header() http.Header         { return w.header }
func (w *writer) Write(p []byte) (int, error) { return len(p), nil }
func (w *writer) WriteHeader(status int)      { w.status = status }

// measured sends a request with that header through the stack, again and again, and
// fails unless each is answered with the status; 0 is that of a handler that says nothing.
func (s stack) measured(authorization string, status int) measure.Case {
	h := s.around(empty)
	return measure.Case{Name: s.name, Note: s.note, New: func() func() error {
		r := httptest.NewRequest(http.MethodGet, "/builds/42/", nil)
		r.Header.Set("Authorization", authorization)
		w := &writer{header: http.Header{}}
		return func() error {
			clear(w.header)
			w.status = 0
			h.ServeHTTP(w, r)
			if w.status != status {
				return fmt.Errorf("web: %s answers with status %d, want %d", s.name, w.status, status)
			}
			return nil
		}
	}}
}
