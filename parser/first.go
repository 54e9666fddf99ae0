package parser

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/internal/nilcheck"
)

// First asks parsers in order and returns the answer of the first one that is not
// ErrMissing, be it a key, ErrMalformed or an error of its own; when all miss, it
// is ErrMissing. So a malformed key is never passed over for another one. A
// parser that returns an empty key without an error is ErrMalformed.
//
// Its Challenge is the operands' challenges in order, without the empty ones and
// without duplicates, joined by ", "; its method Challenges() []string has them
// one by one. Its Headers are theirs, likewise; operands without that method add
// none.
//
// The operands are copied. A nil operand, or a nil pointer, panics here, where it
// is composed, and not at a request.
func First(first Parser, rest ...Parser) Parser {
	asked := new(sequence)
	for i, p := range append([]Parser{first}, rest...) {
		if nilcheck.IsNil(p) {
			panic(fmt.Sprintf("parser: operand %d of First is nil: leave it out or give a Parser", i+1))
		}
		if inner, ok := p.(*sequence); ok { // asking in order is associative
			asked.parsers = append(asked.parsers, inner.parsers...)
			continue
		}
		asked.parsers = append(asked.parsers, p)
	}
	return asked
}

// sequence is what First returns. It is never changed once made, and a pointer,
// so that two Parsers can be compared.
type sequence struct{ parsers []Parser }

func (s *sequence) Parse(h http.Header) (raw string, err error) {
	for _, p := range s.parsers {
		raw, err := p.Parse(h)
		switch {
		case errors.Is(err, ErrMissing):
			continue
		case err != nil:
			return "", err
		case raw == "":
			return "", ErrMalformed
		}
		return raw, nil
	}
	return "", ErrMissing
}

func (s *sequence) Challenge() string { return strings.Join(s.Challenges(), ", ") }

func (s *sequence) Challenges() []string {
	var challenges []string
	for _, p := range s.parsers {
		if c := p.Challenge(); c != "" && !slices.Contains(challenges, c) {
			challenges = append(challenges, c)
		}
	}
	return challenges
}

func (s *sequence) Headers() []string {
	var names []string
	for _, p := range s.parsers {
		named, ok := p.(interface{ Headers() []string })
		if !ok {
			continue
		}
		for _, name := range named.Headers() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
