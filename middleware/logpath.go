package middleware

import (
	"errors"
	"regexp"
	"strings"

	"github.com/buildkey/buildkey/apikey"
)

// secretLike is what a key, a handle or another token is in a path: more letters and
// digits in a row than names, UUIDs and Git's SHA-1 have.
var secretLike = regexp.MustCompile(`[0-9A-Za-z]{41,}`)

// loggable is a path without the request's key, and without what somebody may have
// pasted where an id belongs: any key, not only this request's.
func (p *passage) loggable(path string, isKey bool) string {
	if isKey { // otherwise it may have been chosen to hide the path
		path = p.redact(path)
	}
	return secretLike.ReplaceAllString(path, redacted)
}

const redacted = "[redacted]"

// redact takes what was presented out of a text that others wrote.
func (p *passage) redact(text string) string {
	if p == nil || p.secret.IsZero() || p.isNoKey() {
		return text
	}
	return strings.ReplaceAll(text, p.secret.Reveal(), redacted)
}

// isNoKey tells of something that is no secret: it is too short for one, or not even
// the Verifier takes it for a key.
func (p *passage) isNoKey() bool {
	const short = 8
	return len(p.secret.Reveal()) < short || p.identified.Load() && errors.Is(p.failure, apikey.ErrMalformed)
}
