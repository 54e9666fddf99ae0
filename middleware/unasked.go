package middleware

import (
	"context"
	"net/http"

	"github.com/buildkey/buildkey/internal/incontext"
)

// unasked is the context of a route that asks nobody who sent the request: it has
// the key and user that were known before, whoever is identified on another route
// of the same request.
type unasked struct {
	context.Context
	key, user, everything any
}

// withoutAsking returns r for such a route.
func (p *passage) withoutAsking(r *http.Request) *http.Request {
	if p.identified.Load() || p.missing && p.guard.User == nil {
		return r
	}
	p.hidden.Store(true)
	ctx := r.Context()
	return r.WithContext(&unasked{
		ctx, ctx.Value(incontext.Key{}), ctx.Value(incontext.User{}), ctx.Value(incontext.Everything{}),
	})
}

// Value answers for key and user as they were.
func (u *unasked) Value(name any) any {
	switch name.(type) {
	case incontext.Key:
		return u.key
	case incontext.User:
		return u.user
	case incontext.Everything:
		return u.everything
	}
	return u.Context.Value(name)
}
