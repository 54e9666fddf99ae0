package queryset

import (
	"errors"
	"strings"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/lib/pq"
)

// SQLite's codes: its general error, and for what is wrong with a value.
const (
	sqliteGeneral  = 1
	sqliteMismatch = 20
	sqliteCheck    = 275
	sqliteNotNull  = 1299
	sqliteDatatype = 3091
)

const (
	whyType  = "is not one that its column takes"
	whyNULL  = "must not be NULL"
	whyCheck = "fails a check of the table"
)

// refused makes ErrBadValue of what the database says about a value that was to
// be written. It tells the column where the database does, and never repeats
// what the database quotes.
func (j *job) refused(err error) error {
	why := refusal(err)
	if why == "" {
		return err
	}
	c, known := j.table.column(j.columnIn(err))
	switch {
	case !known:
		return &badValue{"a value for " + j.table.table.Name + " " + why, err}
	case why == whyType:
		return &badValue{j.notTaken(c), err}
	}
	return &badValue{j.named(c) + " " + why, err}
}

func (j *job) named(c column) string {
	return "the column " + quoteForError(c.name) + " of " + j.table.table.Name
}

func (j *job) notTaken(c column) string { return j.named(c) + " does not take this value" }

// refusal is what err says about a value, "" where it is about another matter.
// Class 22 of PostgreSQL's codes are data exceptions.
func refusal(err error) string {
	switch sqliteCode(err) {
	case sqliteNotNull:
		return whyNULL
	case sqliteCheck:
		return whyCheck
	case sqliteDatatype, sqliteMismatch:
		return whyType
	}
	switch state := dialect.SQLState(err); {
	case state == "23502":
		return whyNULL
	case state == "23514":
		return whyCheck
	case state == "22001":
		return "is too long for its column"
	case state == "22003":
		return "is out of its column's range"
	case strings.HasPrefix(state, "22"):
		return whyType
	}
	return ""
}

// columnIn is the column of the table that err names, "" where it names none.
// SQLite names it in its text only: "NOT NULL constraint failed: builds.state (1299)".
func (j *job) columnIn(err error) string {
	_, table := split(j.table.table.Name)
	var said *pq.Error
	if errors.As(err, &said) && said.Table == table {
		return said.Column
	}
	if code := sqliteCode(err); code != sqliteNotNull && code != sqliteDatatype {
		return ""
	}
	_, name, _ := strings.Cut(err.Error(), " "+table+".")
	name, _, _ = strings.Cut(name, " ")
	return name
}
