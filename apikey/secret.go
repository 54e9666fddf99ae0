package apikey

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is the string that a worker presents. It prints as "[redacted]" under
// every fmt verb, in JSON, in text, in slog and in panics. Its text is held in
// a closure, so that a printer that walks a caller's unexported fields by
// reflection finds no string there either. The zero Secret is empty.
type Secret struct{ reveal func() string }

// NewSecret wraps a text that must not be printed. [Format.Mint] makes one
// for a key.
func NewSecret(text string) Secret {
	return Secret{func() string { return text }}
}

// Reveal returns the text, "" for the zero Secret. Call it where the text
// leaves the program on purpose, and nowhere else.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero tells whether there is no text.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// Format implements fmt.Formatter: "[redacted]" for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String is "[redacted]".
func (s Secret) String() string { return redacted }

// GoString is "[redacted]".
func (s Secret) GoString() string { return redacted }

// MarshalText gives "[redacted]", in JSON, XML and YAML too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue is "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
