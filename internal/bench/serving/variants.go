package serving

import (
	"net/http"

	"github.com/buildkey/buildkey/apikey"
)

// variant is a way to serve a site, with the header that its requests carry.
type variant struct {
	name, note    string
	header, value string
	handler       http.Handler
}

// The names of the variants.
const (
	unprotected = "without protection"
	asItIs      = "buildkey, the server as it is"
	uncached    = "buildkey, without its cache of keys"
)

// variants are the same routes, handlers and rows with more and less protection.
func variants(s *site) []variant {
	authorization, value := "Authorization", "Token "+s.key
	return []variant{
		{name: unprotected, note: "the same handlers for a caller who is trusted with every row: nothing is verified, no statement is scoped",
			header: "Accept", value: "*/*", handler: trusted(s.server.Handler())},
		{name: asItIs, note: "verified from memory, and scoped",
			header: authorization, value: value, handler: s.server.Handler()},
		{name: uncached, note: "verified by a statement, as while the server hears of no changes, and scoped",
			header: authorization, value: value, handler: s.cold.Handler()},
	}
}

// trusted lets every request reach every row.
func trusted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(apikey.WithEverything(r.Context(), "a benchmark without protection")))
	})
}
