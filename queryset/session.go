package queryset

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"strings"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"
)

// session is one use of a database.
type session struct {
	db     DB
	memory *memory
	mapper *reflectx.Mapper
	pool   *sqlx.DB // where statements are prepared, nil for nowhere
	tx     *Tx
	inTx   bool
	known  bool // something was remembered, which may have changed since
}

// plainMapper reads db tags as sqlx does by default.
var plainMapper = reflectx.NewMapperFunc("db", strings.ToLower)

func open(db DB) (session, error) {
	if db == nil || reflect.ValueOf(db).Kind() == reflect.Pointer && reflect.ValueOf(db).IsNil() {
		return session{}, mistakef("the database is nil")
	}
	s := session{db: db, mapper: plainMapper}
	d, err := dialect.Of(db.DriverName())
	if err != nil {
		return session{}, mistakef("%v", err)
	}
	switch db := db.(type) {
	case *sqlx.DB:
		s.pool, s.mapper = db, db.Mapper
		s.memory = memoryOf(db, d)
	case *Tx:
		s.tx, s.inTx, s.memory, s.mapper = db, true, db.memory, db.Mapper
	case *sqlx.Tx:
		s.inTx, s.mapper = true, db.Mapper
		s.memory = memoryOf(db, d)
	default:
		s.memory = newMemory(d)
	}
	return s, nil
}

// query runs st and gives its rows.
func (s *session) query(ctx context.Context, st *statement, args []any) (*sql.Rows, error) {
	stmt, err := s.stmt(ctx, st)
	switch {
	case err != nil:
		return nil, err
	case stmt == nil:
		return s.db.QueryContext(ctx, st.text, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

// exec runs st and gives the number of rows that it hit.
func (s *session) exec(ctx context.Context, st *statement, args []any) (int64, error) {
	stmt, err := s.stmt(ctx, st)
	if err != nil {
		return 0, err
	}
	var result sql.Result
	if stmt == nil {
		result, err = s.db.ExecContext(ctx, st.text, args...)
	} else {
		result, err = stmt.ExecContext(ctx, args...)
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// stmt is st prepared where this session can use it, nil where it cannot. An
// insert of many rows is not worth preparing.
func (s *session) stmt(ctx context.Context, st *statement) (*sql.Stmt, error) {
	switch {
	case st.shape.rows > 1:
		return nil, nil
	case s.pool != nil:
		return s.memory.statements.prepare(ctx, s.pool, st)
	case s.tx != nil:
		return s.tx.stmt(ctx, st)
	}
	return nil, nil
}

// unknownColumn is a column that the catalog did not have when it was learned.
type unknownColumn struct{ error }

func (e unknownColumn) Unwrap() error { return e.error }

// outdated tells whether err may come from something remembered that changed:
// a statement that PostgreSQL invalidated (0A000, 26000), a table, column or
// operator that is not there any more (class 42), a type that is another now
// (22P02, 42804), or SQLite's general error, which is what it has for those.
func outdated(err error) bool {
	if sqliteCode(err) == sqliteGeneral {
		return true
	}
	switch dialect.SQLState(err) {
	case "0A000", "26000", "42P01", "42703", "42883", "42804", "22P02":
		return true
	}
	return false
}

// sqliteCode is the extended result code of an error of SQLite's, 0 for others.
func sqliteCode(err error) int {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		return coded.Code()
	}
	return 0
}
