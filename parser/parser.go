package parser

import (
	"errors"
	"net/http"
)

// Parser finds the raw key that a request carries. Implementations are safe for
// concurrent use and keep no reference to the headers.
//
// A Parser may also have a method Headers() []string, which names the headers it
// reads in their canonical spelling, so that answers can name them in Vary
// (RFC 9110, section 12.5.5). The parsers of this package have it. One that asks
// for a choice of credentials may have a method Challenges() []string as well,
// with each alternative of its Challenge; that of [First] has it. A Parser around
// another passes both on.
type Parser interface {
	// Parse returns the raw key that h carries: ErrMissing when it carries
	// none for this parser, ErrMalformed when it carries something that
	// cannot be a key. With an error, raw is empty. A nil h carries none.
	Parse(h http.Header) (raw string, err error)
	// Challenge is the WWW-Authenticate value that asks for such a key, ""
	// where there is none.
	Challenge() string
}

// ErrMissing says that the headers carry no key for this parser: the request is
// anonymous as far as it can tell, and another parser may be asked.
var ErrMissing = errors.New("parser: the request carries no key: send one in its header")

// ErrMalformed says that the headers carry something for this parser that cannot
// be a key. It is an answer, and no other parser is asked: the request is to be
// refused, not treated as anonymous.
var ErrMalformed = errors.New("parser: the request carries something that cannot be a key: " +
	"send one header, once, with a key of 1 to 512 bytes of A-Za-z0-9-._~+/=")
