package apikey

import (
	"errors"
	"fmt"
)

// ErrInvalid is the umbrella of what is wrong with a presented key. It is
// never returned itself: test for it with errors.Is.
var ErrInvalid = errors.New("apikey: the key is not valid")

// What is wrong with a presented key. Each matches [ErrInvalid]. A caller who
// does not hold the right secret is only ever told ErrMalformed or ErrUnknown.
var (
	// ErrMalformed: the string is not shaped like a key, or has a typo in it.
	ErrMalformed error = &invalid{"apikey: the key is malformed: check that it was copied whole"}
	// ErrUnknown: no such key, or not its secret.
	ErrUnknown error = &invalid{"apikey: the key is unknown: it may be mistyped, or purged long ago"}
	// ErrExpired: its time is over.
	ErrExpired error = &invalid{"apikey: the key has expired: ask for a new one"}
	// ErrRevoked: it, or a key that it was derived from, was revoked.
	ErrRevoked error = &invalid{"apikey: the key was revoked: ask for a new one"}
	// ErrLapsed: it was not used in time.
	ErrLapsed error = &invalid{"apikey: the key was not used in time and has lapsed: ask for a new one"}
)

// What a statement or a store can answer about a row.
var (
	// ErrNotFound: the row is absent or out of the key's scope, which read the
	// same on purpose.
	ErrNotFound = errors.New("apikey: not found")
	// ErrForbidden: the key may not do this, whether the row exists or not.
	ErrForbidden = errors.New("apikey: forbidden")
	// ErrBadValue: a value that its column does not take, such as a list, or a
	// word for a number; or nothing to write at all.
	ErrBadValue = errors.New("apikey: not a value for a column")
	// ErrUnscoped: nobody said whose rows to look at.
	ErrUnscoped = errors.New("apikey: no key in the context, and the rows are not public")
	// ErrUnavailable: the database could not answer; nothing was decided.
	ErrUnavailable = errors.New("apikey: the database could not answer: try again")
)

type invalid struct{ text string }

func (e *invalid) Error() string        { return e.text }
func (e *invalid) Is(target error) bool { return target == ErrInvalid }

// ScopeError tells which scope was missing. It matches [ErrForbidden].
type ScopeError struct{ Scope string }

// Error names the scope.
func (e ScopeError) Error() string {
	return fmt.Sprintf("apikey: the key lacks the scope %s", e.Scope)
}

// Is matches ErrForbidden.
func (e ScopeError) Is(target error) bool { return target == ErrForbidden }
