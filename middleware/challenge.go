package middleware

import (
	"net/http"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/parser"
)

// challenge is the WWW-Authenticate of an answer: the parser's own for a 401,
// with the error of RFC 6750, section 3, where there is one, and for a 403 only
// with one. It is "" where the answer has none.
func (p *passage) challenge(status int, token, scope string) string {
	if status != http.StatusUnauthorized && (status != http.StatusForbidden || token == "") {
		return ""
	}
	var g *Guard
	if p != nil {
		g = p.guard
	}
	params := ""
	if token != "" {
		params = `error="` + token + `"`
		if scope != "" {
			params += `, scope="` + scope + `"`
		}
	}
	asked := slices.Clone(challengesOf(g.parser()))
	for i := range asked {
		asked[i] = withParams(asked[i], params)
	}
	return strings.Join(asked, ", ")
}

// challengesOf are the alternatives that a parser asks for, none for "".
func challengesOf(p parser.Parser) []string {
	if several, ok := p.(interface{ Challenges() []string }); ok {
		return several.Challenges()
	}
	if one := p.Challenge(); one != "" {
		return []string{one}
	}
	return nil
}

// withParams adds params to a challenge (RFC 9110, section 11.6.1): the first
// stands behind a space, the others behind commas.
func withParams(challenge, params string) string {
	switch {
	case params == "":
		return challenge
	case strings.Contains(challenge, " "):
		return challenge + ", " + params
	}
	return challenge + " " + params
}
