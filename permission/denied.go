package permission

import (
	"errors"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/nilcheck"
)

// The codes that this package denies with itself.
const (
	// CodeNotAuthenticated: nobody is known to be asking.
	CodeNotAuthenticated = "not_authenticated"
	// CodePermissionDenied: who asks is known, and may not.
	CodePermissionDenied = "permission_denied"
	// CodeInsufficientScope: the key lacks a scope, which Reason names.
	CodeInsufficientScope = "insufficient_scope"
	// CodeNegated: a rule under a Not holds.
	CodeNegated = "negated"
)

// lacksScope starts the reason of every denial for a missing scope. What follows
// is the scope.
const lacksScope = "the key lacks the scope "

// DeniedError is a denial as an error. Make one with [Denied].
type DeniedError struct {
	// Code is for programs and Reason for people; the caller sees both.
	Code, Reason string
}

// Denied is the error with which a check denies. The caller sees code and
// reason, so neither may hold what the caller should not know. Both may be
// empty: then the denial gives no words of its own, and in an Or those of
// a later operand are carried.
func Denied(code, reason string) error { return &DeniedError{code, reason} }

// Error is the reason with its code.
func (e *DeniedError) Error() string {
	var said []string
	for _, part := range []string{"permission: denied", e.Code, e.Reason} {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, ": ")
}

// Scope is the scope whose lack the denial is about, such as "build:update". It
// is "" for another code than [CodeInsufficientScope], and where the reason is
// not this package's own. A Decision has no other field for it than the reason.
func (e *DeniedError) Scope() string {
	scope, ok := strings.CutPrefix(e.Reason, lacksScope)
	if !ok || e.Code != CodeInsufficientScope || !apikey.IsScope(scope) {
		return ""
	}
	return scope
}

func missingScope(scope string) *DeniedError {
	return &DeniedError{CodeInsufficientScope, lacksScope + scope}
}

// denial finds the denial that a check's error is or wraps. One that was joined
// with other errors is none: something else went wrong, too. Where there is none,
// last is where the search ended, which may be a nil pointer.
func denial(err error) (d *DeniedError, last error) {
	for ; err != nil; err = wrapped(err) {
		last = err
		if nilcheck.IsNil(err) {
			break
		}
		if d, ok := err.(*DeniedError); ok {
			return d, nil
		}
	}
	return nil, last
}

// wrapped is the one error that err wraps, nil where that is none or several.
func wrapped(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return errors.Unwrap(err)
	}
	if errs := joined.Unwrap(); len(errs) == 1 {
		return errs[0]
	}
	return nil
}
