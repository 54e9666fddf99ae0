package middleware

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/incontext"
	"github.com/buildkey/buildkey/parser"
)

// passage is one request's way through a guard: what was presented, who that
// turned out to be, and which objects are still to be checked. It is shared by
// all that the guard wraps around the request's handler.
//
// From Authenticate on it is the request's context too, which answers for the key
// and the user once Require has identified them. So the request is copied once,
// unless something stands nearer to the handler that would answer instead.
type passage struct {
	context.Context
	guard  *Guard
	secret apikey.Secret // what was presented; empty when missing or malformed
	answer watchedWriter // what Authenticate hands on

	identifying sync.Mutex
	identity    identity
	failure     error
	identified  atomic.Bool // identity, failure and covered do not change any more
	hidden      atomic.Bool // from a route that asks nobody
	required    atomic.Bool // some Require let the request through
	absent      atomic.Bool // a 404 was logged
	missing     bool        // nothing was presented
	covered     bool        // the handler's context must be told: something nearer may answer

	checks  sync.Mutex
	pending []*objectCheck
}

type passageInContext struct{}

func passageOf(r *http.Request) *passage {
	p, _ := r.Context().Value(passageInContext{}).(*passage)
	return p
}

// begin parses what r carries. It makes no query.
func (g *Guard) begin(r *http.Request) *passage {
	p := &passage{Context: r.Context(), guard: g}
	raw, err := g.parser().Parse(r.Header)
	switch {
	case errors.Is(err, parser.ErrMissing):
		p.missing = true
	case err == nil && raw != "":
		p.secret = apikey.NewSecret(raw)
	}
	return p
}

// Value answers for the identity, and otherwise as the context that came in.
func (p *passage) Value(name any) any {
	switch name.(type) {
	case passageInContext:
		return p
	case incontext.Key, incontext.User, incontext.Everything:
		if p.identified.Load() {
			if value := p.identity.value(name); value != nil {
				return value
			}
		}
	}
	return p.Context.Value(name)
}

// String is for those who print a context.
func (p *passage) String() string { return "middleware.Authenticate" }

// identify finds out who sent r, the first time it is asked. It returns r with
// the key and user in its context.
func (p *passage) identify(r *http.Request) (*http.Request, error) {
	if !p.identified.Load() {
		p.identifyOnce(r)
	}
	if p.failure != nil {
		return r, p.failure
	}
	return p.visible(r), nil
}

func (p *passage) identifyOnce(r *http.Request) {
	p.identifying.Lock()
	defer p.identifying.Unlock()
	if !p.identified.Load() {
		p.failure = p.lookUp(r)
		p.covered = p.identity.user != nil || p.hidden.Load() ||
			r.Context().Value(incontext.Key{}) != p.Context.Value(incontext.Key{})
		p.identified.Store(true)
	}
}
