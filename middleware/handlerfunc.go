package middleware

import "net/http"

// HandlerFunc is an http.Handler that returns its error, which goes to
// [WriteError]. A handler that has begun its answer keeps it, and the error is
// only logged.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP calls f.
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	watched := &watchedWriter{ResponseWriter: w}
	if err := f(watched, r); err != nil {
		WriteError(watched, r, err)
	}
}
