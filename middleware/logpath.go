package middleware

import (
	"regexp"
	"strings"
)

// secretLike is what a key, a handle or another token is in a path: more letters and
// digits in a row than any name, UUID or Git commit has.
var secretLike = regexp.MustCompile(`[0-9A-Za-z]{41,}`)

// loggable is a path without what was presented in the header, and without what
// somebody may have pasted where an id belongs: any key, not only this request's.
func (p *passage) loggable(path string, isKey bool) string {
	if isKey || p.mayBeKey() {
		path = p.redact(path)
	}
	return secretLike.ReplaceAllString(path, redacted)
}

// mayBeKey tells whether what was presented, of which nobody said that it is a key,
// is to be taken for one where it stands in a path. What is short or spans segments
// may have been chosen to hide the path.
func (p *passage) mayBeKey() bool {
	if p == nil || p.secret.IsZero() {
		return false
	}
	raw := p.secret.Reveal()
	return len(raw) >= 24 && !strings.Contains(raw, "/")
}

const redacted = "[redacted]"

// redact takes the presented key out of a text that others wrote.
func (p *passage) redact(text string) string {
	if p == nil || p.secret.IsZero() {
		return text
	}
	return strings.ReplaceAll(text, p.secret.Reveal(), redacted)
}
