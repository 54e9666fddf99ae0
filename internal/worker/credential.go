package worker

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// ErrNoCredential is returned where a credential is needed and none is given.
var ErrNoCredential = errors.New("worker: no credential: set BUILDKEY_KEY to a key, or BUILDKEY_HANDLE to a handle")

// Credential is what a worker proves itself with: a key, or the handle that is
// opened once for one. It prints redacted under every verb and in JSON, text and
// slog; held in an unexported field it prints as an address. The zero value is
// no credential.
type Credential struct {
	kind   string
	reveal func() string
}

// KeyCredential is the key raw, without surrounding space. An empty one is the
// zero Credential.
func KeyCredential(raw string) Credential { return newCredential("key", raw) }

// HandleCredential is the handle raw, without surrounding space. An empty one is
// the zero Credential.
func HandleCredential(raw string) Credential { return newCredential("handle", raw) }

func newCredential(kind, raw string) Credential {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return Credential{}
	}
	return Credential{kind: kind, reveal: func() string { return raw }}
}

// IsZero tells whether there is no credential.
func (c Credential) IsZero() bool { return c.reveal == nil }

// String is "[key redacted]", "[handle redacted]" or "[no credential]".
func (c Credential) String() string {
	if c.IsZero() {
		return "[no credential]"
	}
	return "[" + c.kind + " redacted]"
}

// Format writes String, whatever the verb.
func (c Credential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText is String, for JSON and every other text encoding.
func (c Credential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// LogValue is String.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// isHandle tells whether it must be opened before use.
func (c Credential) isHandle() bool { return c.kind == "handle" }

// redact takes the credential out of text that others wrote.
func (c Credential) redact(text string) string {
	if c.IsZero() {
		return text
	}
	return strings.ReplaceAll(text, c.reveal(), c.String())
}
