package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
)

type pqError string

func (e pqError) Error() string    { return "server: " + string(e) }
func (e pqError) SQLState() string { return string(e) }

type sqliteFailure int

func (e sqliteFailure) Error() string { return "sqlite" }
func (e sqliteFailure) Code() int     { return int(e) }

func TestUnavailable(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		want bool
	}{
		{"nothing", nil, false},
		{"no rows", sql.ErrNoRows, false},
		{"another error", errors.New("EOF"), false},
		{"a unique key", pqError("23505"), false},
		{"a syntax error", pqError("42601"), false},
		{"a state of the wrong length", pqError("08"), false},
		{"a constraint", sqliteFailure(sqliteUnique), false},
		{"connection failure", pqError("08006"), true},
		{"too many connections", pqError("53300"), true},
		{"shutting down", pqError("57P01"), true},
		{"statement cancelled", pqError("57014"), true},
		{"deadlock", pqError("40P01"), true},
		{"no such database", pqError("3D000"), true},
		{"busy", sqliteFailure(sqliteBusy), true},
		{"busy, with its extended code", sqliteFailure(sqliteBusy | 2<<8), true},
		{"disk full", sqliteFailure(sqliteFull), true},
		{"bad connection", driver.ErrBadConn, true},
		{"connection given back", sql.ErrConnDone, true},
		{"cut off", io.ErrUnexpectedEOF, true},
		{"cancelled", context.Canceled, true},
		{"too late", context.DeadlineExceeded, true},
		{"refused", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{"no socket", &net.OpError{Op: "dial", Err: syscall.ENOENT}, true},
		{"a file that is not there", syscall.ENOENT, false},
	} {
		if got := Unavailable(row.err); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
		if row.err != nil && Unavailable(fmt.Errorf("wrapped: %w", row.err)) != row.want {
			t.Errorf("%s, wrapped: %v", row.name, !row.want)
		}
	}
}

// TestUnavailableKnowsAClosedDB holds database/sql to the text by which its
// error is known.
func TestUnavailableKnowsAClosedDB(t *testing.T) {
	db := sql.OpenDB(connector{})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.PingContext(t.Context()); !Unavailable(err) {
		t.Errorf("%v", err)
	}
}

type connector struct{}

func (connector) Connect(context.Context) (driver.Conn, error) { return nil, driver.ErrBadConn }
func (connector) Driver() driver.Driver                        { return nil }

func TestUniqueViolation(t *testing.T) {
	for err, want := range map[error]bool{
		pqError("23505"): true, pqError("23503"): false, sqliteFailure(sqliteUnique): true,
		sqliteFailure(sqlitePrimaryKey): true, sqliteFailure(19): false, io.EOF: false,
	} {
		if got := UniqueViolation(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// sqliteText is an error of SQLite's that has no code of its own.
type sqliteText string

func (e sqliteText) Error() string { return "SQL logic error: " + string(e) + " (1)" }
func (e sqliteText) Code() int     { return sqliteError }

func TestMissingTable(t *testing.T) {
	for err, want := range map[error]bool{
		nil: false, pqError("42P01"): true, fmt.Errorf("read: %w", pqError("42P01")): true,
		pqError("42703"): false, pqError("23514"): false,
		sqliteText("no such table: keys"): true, fmt.Errorf("read: %w", sqliteText("no such table: keys")): true,
		sqliteText("no such column: table"): false, sqliteFailure(sqliteBusy): false,
		errors.New("no such table: keys"): false, errors.New(`relation "keys" does not exist`): false,
	} {
		if got := MissingTable(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}
