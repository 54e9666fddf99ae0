package middleware

import (
	"context"
	"errors"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/incontext"
	"github.com/buildkey/buildkey/internal/nilcheck"
	"github.com/buildkey/buildkey/permission"
)

// identity is who a request proved to come from.
type identity struct {
	key   apikey.Key      // of a refused key too, as far as the Verifier told
	user  permission.User // nil when there is none
	keyed bool
	staff bool
}

// staffReason is why staff reach every row.
const staffReason = "the request's user is staff"

// lookUp asks the Verifier about the key and the application about the user.
func (p *passage) lookUp(r *http.Request) error {
	p.identity = identity{} // what a call was at that panicked does not count
	if err := p.verify(r); err != nil || p.guard.User == nil {
		return err
	}
	user, err := p.guard.User(r)
	if err != nil {
		p.identity.keyed = false
	} else if !nilcheck.IsNil(user) {
		p.identity.user, p.identity.staff = user, user.IsStaff()
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

// value is what the identity has under a name of package incontext, nil for
// nothing.
func (who *identity) value(name any) any {
	switch name.(type) {
	case incontext.Key:
		if who.keyed {
			return &who.key
		}
	case incontext.User:
		if who.user != nil {
			return who.user
		}
	case incontext.Everything:
		if who.staff {
			return staffReason
		}
	}
	return nil
}

type coveredInContext struct{}

// visible returns r with the identity in its context, above what else was put there
// since Authenticate. What is put there after a Require stays above.
func (p *passage) visible(r *http.Request) *http.Request {
	ctx, who := r.Context(), &p.identity
	if !p.covered || ctx.Value(coveredInContext{}) == p {
		return r
	}
	ctx = context.WithValue(ctx, coveredInContext{}, p)
	if who.user != nil {
		ctx = permission.WithUser(ctx, who.user)
	}
	if who.staff {
		ctx = apikey.WithEverything(ctx, staffReason)
	}
	if who.keyed {
		ctx = context.WithValue(ctx, incontext.Key{}, &who.key)
	}
	return r.WithContext(ctx)
}
