package cli

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/worker"
)

// usageError is wrong usage that a command finds in what it was given.
type usageError struct{ text string }

// Error is what is wrong and what would be right.
func (e usageError) Error() string { return e.text }

func usage(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// isBadValue tells whether another package refused what the user gave.
func isBadValue(err error) bool {
	_, spec := errors.AsType[*keystore.SpecError](err)
	return spec || errors.Is(err, worker.ErrNoCredential)
}

// packages are those whose names stand before their errors. A user of the command
// does not need them.
var packages = []string{"apikey: ", "keystore: ", "queryset: ", "server: ", "worker: ", "demo: "}

// oneLine is an error's text as a person reads it at a terminal. Joined errors
// stand side by side.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), unicode.IsControl)
	for i, line := range lines {
		for _, name := range packages {
			line = strings.TrimPrefix(line, name)
		}
		lines[i] = line
	}
	return strings.Join(lines, "; ")
}
