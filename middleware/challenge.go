package middleware

import (
	"net/http"
	"strings"
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
	asked := g.parser().Challenge()
	if asked == "" || token == "" {
		return asked
	}
	params := `error="` + token + `"`
	if scope != "" {
		params += `, scope="` + scope + `"`
	}
	return withParams(asked, params)
}

// withParams adds params to each challenge of a list (RFC 9110, section 11.6.1):
// "Token, Bearer realm=x" becomes "Token P, Bearer realm=x, P".
func withParams(list, params string) string {
	var out []string
	for _, part := range splitList(list) {
		scheme, rest, _ := strings.Cut(part, " ")
		if strings.Contains(scheme, "=") && len(out) > 0 {
			out[len(out)-1] += ", " + part // a parameter of the challenge before it
			continue
		}
		if rest != "" {
			part = scheme + " " + strings.TrimSpace(rest)
		}
		out = append(out, part)
	}
	for i, challenge := range out {
		separator := " "
		if strings.Contains(challenge, " ") {
			separator = ", "
		}
		out[i] = challenge + separator + params
	}
	return strings.Join(out, ", ")
}

// splitList splits at the commas outside of quoted strings.
func splitList(list string) []string {
	var parts []string
	quoted, escaped, start := false, false, 0
	for i := range len(list) {
		switch c := list[i]; {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			parts = append(parts, strings.TrimSpace(list[start:i]))
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(list[start:]))
}
