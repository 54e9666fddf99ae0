package web

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"
)

type floorInContext struct{}

// secretLength is what a verification hashes.
const secretLength = 43

// bareStack is the handler alone.
func bareStack() stack {
	return stack{name: "bare handler", note: "nothing around it", around: func(next http.Handler) http.Handler { return next }}
}

// floorStack does once what no verification against a hash can do without.
func floorStack() stack {
	return stack{
		name: "floor", note: "one request copy with a context value, one SHA-256 of 43 bytes, one reading of the clock",
		around: func(next http.Handler) http.Handler {
			var secret [secretLength]byte
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if sha256.Sum256(secret[:])[0] == 0 && time.Now().IsZero() {
					return // never: it keeps both from being optimized away
				}
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), floorInContext{}, &secret)))
			})
		},
	}
}
