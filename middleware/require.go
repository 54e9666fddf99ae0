package middleware

import (
	"errors"
	"net/http"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/nilcheck"
	"github.com/buildkey/buildkey/permission"
)

// Require lets a request through to the handler when p grants it:
//
//	router.Handle("/builds/", guard.Require(permission.HasBuildAPIKey)(builds))
//
// What was presented is verified before p is asked, and once for a request,
// however many Requires it passes. p decides by what is then in the request's
// context. AllowAny by itself is the one exception: nothing is verified, and
// neither key nor user is in the context.
//
// Where p is Pending the handler runs, and must call [Guard.CheckObject] before
// it answers. An answer below 400 that begins without a CheckObject that
// granted is withheld; the caller gets a 500 and the log says which permission
// was forgotten. Until then the connection cannot be hijacked.
//
// Outside Authenticate every request is answered with 500, unless its context
// carries a key or user already, as a test's may. A nil p panics, and so does
// a nil handler.
func (g *Guard) Require(p permission.Permission) func(http.Handler) http.Handler {
	g.mustBeWired("Require")
	if nilcheck.IsNil(p) {
		panic("middleware: Require of a nil permission: say permission.AllowAny where anyone may")
	}
	return func(next http.Handler) http.Handler {
		if nilcheck.IsNil(next) {
			panic("middleware: Require(" + p.String() + ") of a nil handler: give it the route's handler")
		}
		return &guarded{guard: g, permission: p, next: next}
	}
}

// guarded is a handler behind a permission.
type guarded struct {
	guard      *Guard
	permission permission.Permission
	next       http.Handler
	objectless bool // next answers alike for every object, so Pending is enough
}

// Permission is what Routes shows.
func (h *guarded) Permission() permission.Permission { return h.permission }

func (h *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r, p, err := h.enter(r)
	if err != nil {
		WriteError(w, r, err)
		return
	}
	if p.missing { // or else Authenticate did it
		if _, user := permission.UserFrom(r.Context()); user {
			p.answer.private.Store(true)
			keepPrivate(w, new([1]string)) // which may be another's writer
		}
	}
	d, trace := h.guard.decide(h.permission, r, nil)
	switch {
	case d.Verdict == permission.Grant, d.Verdict == permission.Pending && h.objectless:
		p.admit(nil)
		h.next.ServeHTTP(w, r)
	case d.Verdict == permission.Pending:
		check := &objectCheck{permission: h.permission}
		p.admit(check)
		h.serveHeld(w, r, check)
	default:
		WriteError(w, r, &refusal{h.permission, d, trace})
	}
}

// enter finds the request's passage and, but for AllowAny, who it comes from.
func (h *guarded) enter(r *http.Request) (*http.Request, *passage, error) {
	p := passageOf(r)
	if p == nil || p.guard != h.guard {
		p = &passage{Context: r.Context(), guard: h.guard, missing: true}
		r = r.WithContext(p)
		if !known(r) {
			return r, p, errNotAuthenticated
		}
	}
	if h.permission == permission.AllowAny {
		return p.withoutAsking(r), p, nil
	}
	r, err := p.identify(r)
	return r, p, err
}

var errNotAuthenticated = errors.New("middleware: Require ran outside Authenticate: wrap the router in Authenticate of the same Guard")

// known tells whether r comes from a key or user.
func known(r *http.Request) bool {
	if k, ok := apikey.FromContext(r.Context()); ok && !k.IsZero() {
		return true
	}
	_, ok := permission.UserFrom(r.Context())
	return ok
}

// serveHeld runs the handler with its answer held back until check has granted.
func (h *guarded) serveHeld(w http.ResponseWriter, r *http.Request, check *objectCheck) {
	held := newHeldWriter(w, check.granted.Load)
	returned := false
	defer func() {
		if !returned && held.Replaced() { // it panicked: who recovers answers
			passageOf(r).note(r, &forgottenError{h.permission})
		}
	}()
	h.next.ServeHTTP(held, r)
	returned = true
	held.Finish()
	if held.Replaced() {
		WriteError(w, r, &forgottenError{h.permission})
	}
}

// forgottenError is what a handler did that answered for an object nobody checked.
type forgottenError struct{ permission permission.Permission }

func (e *forgottenError) Error() string {
	return "middleware: the handler answered without a CheckObject that granted " + e.permission.String() +
		": call it with the loaded object before answering, and return its error"
}
