package serving

import (
	"log/slog"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
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
	cached      = "buildkey, a keycache in front"
)

// keyHeader carries the key where the guard in front looks for it, and the server's
// own does not.
const keyHeader = "X-Build-Key"

// variants are the same routes, handlers and rows with more and less before them.
func variants(s *site, keys middleware.Verifier) []variant {
	inner := s.server.Handler()
	front := &middleware.Guard{Keys: keys, Parser: parser.Header(keyHeader), Logger: slog.New(slog.DiscardHandler)}
	return []variant{
		{name: unprotected, note: "the same handlers for a caller who is trusted with every row: nothing is verified, no statement is scoped",
			header: "Accept", value: "*/*", handler: trusted(inner)},
		{name: asItIs, note: "verified and scoped",
			header: "Authorization", value: "Token " + s.key, handler: inner},
		{name: cached, note: "verified from memory by a second guard, and scoped",
			header: keyHeader, value: s.key, handler: front.Authenticate(front.Require(permission.HasBuildAPIKey)(inner))},
	}
}

// trusted lets every request reach every row.
func trusted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(apikey.WithEverything(r.Context(), "a benchmark without protection")))
	})
}
