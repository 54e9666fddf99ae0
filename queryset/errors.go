package queryset

import (
	"errors"
	"fmt"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
)

// What a method says about rows. They are apikey's, so that whoever answers a
// request needs to know one set.
var (
	// ErrNotFound: the row is absent or out of reach, which read the same.
	ErrNotFound = apikey.ErrNotFound
	// ErrForbidden: a scope that is missing, a column that is not writable, an
	// insert outside the key's reach. The message names which. A missing scope
	// is an [apikey.ScopeError].
	ErrForbidden = apikey.ErrForbidden
	// ErrBadValue: there is nothing to write, a value that its column does not
	// take, or, from whom the application trusts, no such column. The message
	// names the column where it is known, and no value.
	ErrBadValue = apikey.ErrBadValue
	// ErrUnscoped: nobody said whose rows to look at.
	ErrUnscoped = apikey.ErrUnscoped
)

// forbidden is an error that says more and matches ErrForbidden.
func forbidden(format string, args ...any) error {
	return fmt.Errorf("queryset: "+format+": %w", append(args, ErrForbidden)...)
}

// unavailable is a database error that also matches apikey.ErrUnavailable.
type unavailable struct {
	doing string
	err   error
}

func (e *unavailable) Error() string   { return "queryset: " + e.doing + ": " + e.err.Error() }
func (e *unavailable) Unwrap() []error { return []error{e.err, apikey.ErrUnavailable} }

// badValue matches ErrBadValue, and what the database said. It has a text of its
// own, since the database's may hold values.
type badValue struct {
	text  string
	cause error // nil where the database was not asked
}

func (e *badValue) Error() string { return "queryset: " + e.text }

func (e *badValue) Unwrap() []error {
	if e.cause == nil {
		return []error{ErrBadValue}
	}
	return []error{ErrBadValue, e.cause}
}

func badValuef(format string, args ...any) error {
	return &badValue{text: fmt.Sprintf(format, args...)}
}

// ours tells which errors are the package's own words already.
func ours(err error) bool {
	for _, e := range []error{ErrNotFound, ErrForbidden, ErrBadValue, ErrUnscoped, apikey.ErrUnavailable} {
		if errors.Is(err, e) {
			return true
		}
	}
	var said *mistake
	return errors.As(err, &said)
}

// wrap says what was being done when the database, or its driver, failed.
func wrap(doing string, err error) error {
	switch {
	case err == nil || ours(err):
		return err
	case dialect.Unavailable(err):
		return &unavailable{doing, err}
	}
	return fmt.Errorf("queryset: %s: %w", doing, err)
}

// mistake is wrong use of the package, found before any SQL was sent.
type mistake struct{ text string }

func (e *mistake) Error() string { return "queryset: " + e.text }

func mistakef(format string, args ...any) error {
	return &mistake{fmt.Sprintf(format, args...)}
}
