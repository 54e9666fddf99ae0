package middleware

import (
	"errors"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/buildkey/buildkey/permission"
)

// objectCheck is a permission that waits for the request's object.
type objectCheck struct {
	permission permission.Permission
	granted    atomic.Bool
}

// admit notes that a Require let the request through, for now when check is not
// nil.
func (p *passage) admit(check *objectCheck) {
	p.required.Store(true)
	if check != nil {
		p.checks.Lock()
		defer p.checks.Unlock()
		p.pending = append(p.pending, check)
	}
}

// waiting are the checks that the request has met so far, in order.
func (p *passage) waiting() []*objectCheck {
	p.checks.Lock()
	defer p.checks.Unlock()
	return slices.Clip(p.pending)
}

var (
	errNoPermission = errors.New("middleware: CheckObject on a route without a permission of this Guard: wrap the route in Require")
	errNoObject     = errors.New("middleware: CheckObject needs the object: answer apikey.ErrNotFound when there is none")
	errStillPending = errors.New("middleware: a permission is Pending although it has its object: make it decide")
)

// CheckObject asks every permission of the request that is Pending about obj,
// which the handler has loaded. r is the request that the handler was given. Nil
// means that all grant; the answer may then begin. Otherwise the handler returns
// the error, or gives it to [WriteError], and does no more.
//
// On a route that needed no object to decide it is nil for every obj. A list is
// checked by a call for each of its objects; after one that granted the answer is
// no longer held back.
//
// A denial matches [*permission.DeniedError], and an Unknown the rule's error. A
// nil obj, a request without a Require and a permission that is still Pending
// are mistakes in the program, and answered with 500.
func (g *Guard) CheckObject(r *http.Request, obj any) error {
	p := passageOf(r)
	if p == nil || p.guard != g {
		return errNoPermission
	}
	switch {
	case !p.required.Load():
		return errNoPermission
	case obj == nil:
		return errNoObject
	}
	checks := p.waiting()
	for _, check := range checks {
		if err := g.judge(check.permission, r, obj); err != nil {
			return err
		}
	}
	for _, check := range checks {
		check.granted.Store(true)
	}
	return nil
}

func (g *Guard) judge(p permission.Permission, r *http.Request, obj any) error {
	switch d, trace := g.decide(p, r, obj); d.Verdict {
	case permission.Grant:
		return nil
	case permission.Pending:
		return errStillPending
	default:
		return &refusal{p, d, trace}
	}
}
