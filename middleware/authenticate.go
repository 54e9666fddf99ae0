package middleware

import (
	"net/http"

	"github.com/buildkey/buildkey/internal/nilcheck"
)

// Authenticate reads the key that a request carries and remembers it for
// Require. It verifies nothing and makes no query, so it can go around a whole
// router, where answers to unknown paths pass too:
//
//	http.ListenAndServe(addr, guard.Authenticate(router))
//
// Every answer gets a Vary that names the parser's headers, whatever else next
// says there. The answer to a request that carried a key, good or not, gets
// "Cache-Control: no-store", unless next says otherwise. Inside another
// Authenticate of the same Guard it does nothing more. A nil next panics.
func (g *Guard) Authenticate(next http.Handler) http.Handler {
	g.mustBeWired("Authenticate")
	if nilcheck.IsNil(next) {
		panic("middleware: Authenticate of a nil handler: give it the router")
	}
	vary := g.vary()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := passageOf(r); p != nil && p.guard == g {
			next.ServeHTTP(w, r)
			return
		}
		p := g.begin(r)
		p.answer.ResponseWriter, p.answer.vary = w, vary
		p.answer.private.Store(!p.missing)
		p.answer.complete()
		r = r.WithContext(p)
		defer p.end(r)
		next.ServeHTTP(&p.answer, r)
	})
}

// end sees to an answer that begins when all handlers have returned, and to one that
// was not found.
func (p *passage) end(r *http.Request) {
	p.answer.complete()
	if p.answer.absent {
		p.noteAbsent(r)
	}
}
