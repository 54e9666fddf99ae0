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
		p.answer = watchedWriter{ResponseWriter: w, vary: vary}
		p.answer.varied()
		if !p.missing {
			keepPrivate(w, &p.noStore)
		}
		next.ServeHTTP(&p.answer, r.WithContext(p))
		p.answer.varied() // of an answer that begins when next has returned
	})
}

// keepPrivate forbids to store the answer, unless something was said already. The
// header's value is in line from then on.
func keepPrivate(w http.ResponseWriter, line *[1]string) {
	header := w.Header()
	if said := header["Cache-Control"]; len(said) == 0 || said[0] == "" {
		line[0] = "no-store"
		header["Cache-Control"] = line[:]
	}
}
