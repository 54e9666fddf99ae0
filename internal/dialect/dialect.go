// Package dialect holds what differs between PostgreSQL and SQLite: how an
// argument is marked, and what an error means. It imports only the standard
// library, so that every package may use it.
package dialect

import (
	"fmt"
	"strconv"
	"strings"
)

// Dialect is a kind of database. The zero Dialect is none.
type Dialect uint8

// The dialects.
const (
	Postgres Dialect = iota + 1
	SQLite
)

// Of returns the dialect of a database/sql driver by its registered name, as
// sqlx's DriverName tells it. Any other name is an error.
func Of(driverName string) (Dialect, error) {
	switch driverName {
	case "postgres", "pgx", "pq", "cloudsqlpostgres":
		return Postgres, nil
	case "sqlite", "sqlite3":
		return SQLite, nil
	}
	return 0, fmt.Errorf("dialect: driver %q is neither PostgreSQL's (postgres) nor SQLite's (sqlite, sqlite3)", driverName)
}

// String is "postgres", "sqlite" or "none".
func (d Dialect) String() string {
	switch d {
	case Postgres:
		return "postgres"
	case SQLite:
		return "sqlite"
	}
	return "none"
}

// Number writes sql for the dialect: each ? that marks an argument becomes $1,
// $2 … on PostgreSQL and stays on SQLite, and ?? becomes a question mark on
// both. What stands in literals, quoted identifiers and comments is left alone.
func (d Dialect) Number(sql string) string {
	if !strings.Contains(sql, "?") {
		return sql
	}
	var b strings.Builder
	b.Grow(len(sql) + 8)
	n := 0
	for rest := sql; rest != ""; {
		if rest[0] != '?' {
			size := Skip(rest)
			b.WriteString(rest[:size])
			rest = rest[size:]
			continue
		}
		if strings.HasPrefix(rest, "??") {
			b.WriteByte('?')
			rest = rest[2:]
			continue
		}
		n++
		d.mark(&b, n)
		rest = rest[1:]
	}
	return b.String()
}

func (d Dialect) mark(b *strings.Builder, n int) {
	if d != Postgres {
		b.WriteByte('?')
		return
	}
	b.WriteByte('$')
	b.WriteString(strconv.Itoa(n))
}
