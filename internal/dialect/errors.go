package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
)

// SQLState is the five-character code of a PostgreSQL error in err's chain, ""
// where there is none. lib/pq and pgx both tell it.
func SQLState(err error) string {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}

// SQLite's result codes, of which the low byte is the primary one.
const (
	sqliteError      = 1 // anything that has no code of its own
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadOnly   = 8
	sqliteIOErr      = 10
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
)

func sqliteCode(err error) int {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		return coded.Code()
	}
	return 0
}

// UniqueViolation tells whether err says that a row with that key is there.
func UniqueViolation(err error) bool {
	code := sqliteCode(err)
	return SQLState(err) == "23505" || code == sqliteUnique || code == sqlitePrimaryKey
}

// MissingTable tells whether err says that a table is not there. SQLite has no code
// of its own for that, so there it is known by its text.
func MissingTable(err error) bool {
	return SQLState(err) == "42P01" || sqliteCode(err) == sqliteError && strings.Contains(err.Error(), "no such table: ")
}

// Unavailable tells whether err means that the database could not answer: the
// connection, the server's resources or the lock wait, and not the statement. A
// context that ended counts, too: nothing was decided.
func Unavailable(err error) bool {
	switch {
	case err == nil:
		return false
	case connectionLost(err):
		return true
	}
	switch sqliteCode(err) & 0xff {
	case sqliteBusy, sqliteLocked, sqliteReadOnly, sqliteIOErr, sqliteFull, sqliteCantOpen:
		return true
	}
	return unavailableState(SQLState(err))
}

// connectionLost knows database/sql's error for a closed DB by its text: that
// error is not exported and has no code.
func connectionLost(err error) bool {
	for _, target := range []error{
		context.Canceled, context.DeadlineExceeded, driver.ErrBadConn, sql.ErrConnDone,
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	var netErr *net.OpError // not net.Error, which every system error number is
	return errors.As(err, &netErr) || strings.HasSuffix(err.Error(), "sql: database is closed")
}

// unavailableState knows the classes: connection (08), resources (53), operator
// intervention (57), system error (58), and the codes of a lost race (40001,
// 40P01) and of a lock not had in time (55P03), of a server that takes no
// writes (25006), refuses the login (28) or lacks the database (3D000).
func unavailableState(state string) bool {
	if len(state) != 5 {
		return false
	}
	switch state[:2] {
	case "08", "53", "57", "58", "28":
		return true
	}
	switch state {
	case "40001", "40P01", "55P03", "25006", "3D000":
		return true
	}
	return false
}
