package queryset

import (
	"context"
	"database/sql"
)

// DB is what statements run on: a [*sqlx.DB], which remembers and prepares
// them; a [*Tx] from [Begin], which uses those; a [*sqlx.Tx], which remembers for
// itself alone: statements run unprepared, and the first on a table asks the
// catalog for its columns and those of its parents. Anything else with these
// methods works, and remembers nothing: each statement asks the catalog. The
// driver must be PostgreSQL's or SQLite's.
type DB interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	DriverName() string
}
