package middleware

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/nilcheck"
	"github.com/buildkey/buildkey/parser"
	"github.com/buildkey/buildkey/permission"
)

// passage is one request's way through a guard: what was presented, who that
// turned out to be, and which objects are still to be checked. It is shared by
// all that the guard wraps around the request's handler.
type passage struct {
	guard   *Guard
	secret  apikey.Secret // what was presented; empty when missing or malformed
	missing bool          // nothing was presented
	answer  watchedWriter // what Authenticate hands on

	mu         sync.Mutex
	identified bool
	identity   identity
	failure    error
	required   bool // some Require let the request through
	pending    []*objectCheck
}

// identity is who a request proved to come from.
type identity struct {
	key   apikey.Key // of a refused key too, as far as the Verifier told
	keyed bool
	user  permission.User // nil when there is none
}

type passageInContext struct{}

type identifiedInContext struct{}

func passageOf(r *http.Request) *passage {
	p, _ := r.Context().Value(passageInContext{}).(*passage)
	return p
}

// begin parses what r carries. It makes no query.
func (g *Guard) begin(r *http.Request) *passage {
	p := &passage{guard: g}
	raw, err := g.parser().Parse(r.Header)
	switch {
	case errors.Is(err, parser.ErrMissing):
		p.missing = true
	case err == nil && raw != "":
		p.secret = apikey.NewSecret(raw)
	}
	return p
}

func (p *passage) into(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), passageInContext{}, p))
}

// identify verifies what was presented, the first time it is asked, and returns
// r with the key and user in its context.
func (p *passage) identify(r *http.Request) (*http.Request, error) {
	who, err := p.whoIs(r)
	ctx := r.Context()
	if err != nil || !who.keyed && who.user == nil || ctx.Value(identifiedInContext{}) == p {
		return r, err
	}
	ctx = context.WithValue(ctx, identifiedInContext{}, p)
	if who.user != nil {
		ctx = permission.WithUser(ctx, who.user)
		if who.user.IsStaff() {
			ctx = apikey.WithEverything(ctx, "the request's user is staff")
		}
	}
	if who.keyed {
		ctx = apikey.NewContext(ctx, who.key)
	}
	return r.WithContext(ctx), nil
}

func (p *passage) whoIs(r *http.Request) (identity, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.identified {
		p.failure = p.lookUp(r)
		p.identified = true
	}
	return p.identity, p.failure
}

// lookUp asks the Verifier about the key and the application about the user.
func (p *passage) lookUp(r *http.Request) error {
	if err := p.verify(r); err != nil {
		return err
	}
	if p.guard.User == nil {
		return nil
	}
	user, err := p.guard.User(r)
	if err == nil && !nilcheck.IsNil(user) {
		p.identity.user = user
	}
	return err
}

func (p *passage) verify(r *http.Request) (err error) {
	if p.missing {
		return nil
	}
	err = apikey.ErrMalformed
	if !p.secret.IsZero() {
		p.identity.key, err = p.guard.Keys.Verify(r.Context(), p.secret.Reveal())
	}
	if err != nil && p.guard.AnonymousOnInvalidKey && errors.Is(err, apikey.ErrInvalid) {
		return nil
	}
	p.identity.keyed = err == nil
	return err
}

// redact takes the presented key out of a text that others wrote.
func (p *passage) redact(text string) string {
	if p == nil || p.secret.IsZero() {
		return text
	}
	return strings.ReplaceAll(text, p.secret.Reveal(), "[redacted]")
}
