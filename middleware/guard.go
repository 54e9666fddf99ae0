package middleware

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/nilcheck"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

// Verifier turns a presented key into its record. A keystore.Store and
// a keycache.Cache are Verifiers.
type Verifier interface {
	// Verify returns the record of the key that raw is. Its error matches
	// apikey.ErrInvalid when the key is not good, and apikey.ErrUnavailable
	// when nobody could say.
	Verify(ctx context.Context, raw string) (apikey.Key, error)
}

// Guard stands in front of an application's handlers. Authenticate goes around
// the router and Require around each route. Set the fields before the first use
// and do not copy a Guard: no Guard accepts what another one authenticated. It
// is safe for concurrent use.
//
// Authenticate and Require panic, where they are wired, when Keys is nil.
type Guard struct {
	// Keys verifies presented keys. Required.
	Keys Verifier
	// Parser finds the key in the headers. Nil: parser.Token.
	Parser parser.Parser
	// User finds the request's user, who is somebody other than a key. It returns
	// a nil User for a request without one. Its error goes to WriteError: one that
	// matches apikey.ErrInvalid, or is a parser's, is answered with 401,
	// apikey.ErrUnavailable with 503. It is called at most once for a request,
	// after a presented key was found good, and not for AllowAny. A user who is
	// staff gets apikey.WithEverything; a key that stands beside goes before it.
	// Nil: there are no users.
	User func(*http.Request) (permission.User, error)
	// Logger takes the refusals and failures. Nil: slog.Default().
	Logger *slog.Logger
	// AnonymousOnInvalidKey makes a key that is not good count as none, as in
	// Django REST framework. By default it is refused, whatever the permission
	// (except AllowAny, which looks at none).
	AnonymousOnInvalidKey bool
	// ExplainDenials adds to the log line of a refusal by a permission how it
	// came about, operand by operand. Answers stay the same.
	ExplainDenials bool
}

// mustBeWired panics when the guard could not do its work.
func (g *Guard) mustBeWired(name string) {
	if g == nil || nilcheck.IsNil(g.Keys) {
		panic(fmt.Sprintf("middleware: %s of a Guard without Keys: set Guard.Keys to a keystore.Store or keycache.Cache", name))
	}
	if g.Parser != nil && nilcheck.IsNil(g.Parser) {
		panic(fmt.Sprintf("middleware: %s of a Guard whose Parser is a nil pointer: leave it out for parser.Token", name))
	}
}

func (g *Guard) parser() parser.Parser {
	if g == nil || g.Parser == nil {
		return parser.Token
	}
	return g.Parser
}

func (g *Guard) logger() *slog.Logger {
	if g == nil || g.Logger == nil {
		return slog.Default()
	}
	return g.Logger
}

// vary is the value of Vary for the headers that the parser reads. A parser that
// does not name them reads Authorization when it has a challenge; otherwise
// nobody knows, which is "*".
func (g *Guard) vary() string {
	p := g.parser()
	if named, ok := p.(interface{ Headers() []string }); ok {
		return strings.Join(named.Headers(), ", ")
	}
	if p.Challenge() != "" {
		return "Authorization"
	}
	return "*"
}
