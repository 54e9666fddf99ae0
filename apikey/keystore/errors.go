package keystore

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
)

// What a store refuses, beside apikey's errors.
var (
	// ErrNameTaken: a live key of the project has the name.
	ErrNameTaken = errors.New("keystore: the name is taken by a live key of the project: choose another, or revoke that key")
	// ErrLinkExists: the project lists the other one in that direction already.
	ErrLinkExists = errors.New("keystore: the link exists already: remove it to change its scopes")
	// ErrHandleUnknown: no such handle, or not one of this store.
	ErrHandleUnknown = errors.New("keystore: the handle is unknown: it may be mistyped, or purged long ago")
	// ErrHandleSpent: it was opened before, or not in time.
	ErrHandleSpent = errors.New("keystore: the handle is spent: it was opened before or not in time, so ask for a new key")
)

// DeriveError says what a child asked for beyond its parent. It matches
// apikey.ErrForbidden.
type DeriveError struct{ Field, Detail string }

// Error names the field and what exceeds.
func (e *DeriveError) Error() string { return "keystore: " + e.Field + ": " + e.Detail }

// Is matches apikey.ErrForbidden.
func (e *DeriveError) Is(target error) bool { return target == apikey.ErrForbidden }

// databaseError is trouble with the database: nothing was decided. The cause
// stays in the chain, so that a cancelled context can be told.
type databaseError struct {
	doing string
	cause error
}

func (e *databaseError) Error() string {
	text := fmt.Sprintf("keystore: cannot %s: %v", e.doing, e.cause)
	if dialect.MissingTable(e.cause) {
		text += ": call Store.Migrate first"
	}
	return text
}
func (e *databaseError) Unwrap() error        { return e.cause }
func (e *databaseError) Is(target error) bool { return target == apikey.ErrUnavailable }

// trouble wraps err, unless it is nil or wrapped already.
func trouble(doing string, err error) error {
	if err == nil {
		return nil
	}
	if wrapped := (*databaseError)(nil); errors.As(err, &wrapped) {
		return err
	}
	return &databaseError{doing, err}
}

// troubleBut is trouble, except that no row is absent.
func troubleBut(absent error, doing string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return absent
	}
	return trouble(doing, err)
}
