package server

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"
)

// addSlash redirects a path that lacks its final slash to the one that has it,
// with the method, the body and the query (308, RFC 9110 section 15.4.9). Only to
// a route: "//evil.example" plus a slash is none, and would be another host.
func addSlash(router *mux.Router, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") || routed(router, r) {
			next.ServeHTTP(w, r)
			return
		}
		longer := r.Clone(r.Context())
		longer.URL.Path += "/"
		if longer.URL.RawPath != "" {
			longer.URL.RawPath += "/"
		}
		if !routed(router, longer) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Location", longer.URL.RequestURI())
		w.WriteHeader(http.StatusPermanentRedirect)
	})
}

func routed(router *mux.Router, r *http.Request) bool {
	var match mux.RouteMatch
	return router.Match(r, &match) && match.MatchErr == nil
}
