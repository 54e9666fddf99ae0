package server

import (
	"errors"
	"fmt"
)

// advised adds to an error that stands for trouble with an SQLite file what to do
// about it. Other errors stay as they are.
func advised(databaseURL string, err error) error {
	path, _ := sqlitePath(databaseURL)
	if advice := sqliteAdvice(err); advice != "" {
		return fmt.Errorf("server: %s: %w: %s", path, err, advice)
	}
	return err
}

// sqliteAdvice knows SQLite's primary result codes (sqlite.org/rescode.html). ""
// stands for one that has nothing to do with the file.
func sqliteAdvice(err error) string {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return ""
	}
	switch coded.Code() & 0xff {
	case 5, 6: // SQLITE_BUSY, SQLITE_LOCKED
		return "another program has it locked: end that, or try again later"
	case 8: // SQLITE_READONLY
		return "make the file, those beside it and their folder writable for this user"
	case 13: // SQLITE_FULL
		return "make room on its disk"
	case 14: // SQLITE_CANTOPEN
		return "check that its folder exists, and that this user may read and write both"
	case 26: // SQLITE_NOTADB
		return "it holds something else: choose another with --database-url"
	}
	return ""
}
