package middleware

import (
	"errors"
	"regexp"
	"strings"

	"github.com/buildkey/buildkey/apikey"
)

// secretLike is what a key, a handle or another token may be in a path: more letters
// and digits in a row than names have.
var secretLike = regexp.MustCompile(`[0-9A-Za-z]{26,}`)

// hexadecimal is what is kept nevertheless: UUIDs without hyphens, Git's SHA-1.
var hexadecimal = regexp.MustCompile(`^[0-9a-f]{26,40}$`)

// loggable is a path without the request's key, and without what somebody may have
// pasted where an id belongs: any key, not only this request's.
func (p *passage) loggable(path string, isKey bool) string {
	if isKey || p.untold() { // otherwise it may have been chosen to hide the path
		path = p.redact(path)
	}
	return withoutSecrets(path)
}

// untold tells of something of which the Verifier could not say what it is.
func (p *passage) untold() bool {
	return p != nil && p.identified.Load() && errors.Is(p.failure, apikey.ErrUnavailable)
}

func withoutSecrets(text string) string {
	return secretLike.ReplaceAllStringFunc(text, func(run string) string {
		if hexadecimal.MatchString(run) {
			return run
		}
		return redacted
	})
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
