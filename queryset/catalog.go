package queryset

import (
	"context"
	"database/sql"
	"strings"

	"github.com/buildkey/buildkey/internal/dialect"
)

// postgresColumns lists a table's columns with the base types of their domains.
const postgresColumns = `
SELECT a.attname, format_type(a.atttypid, -1), base.typname, coalesce(l.collisdeterministic, true)
FROM pg_attribute a
CROSS JOIN LATERAL (
	WITH RECURSIVE domain(oid, typname, typbasetype) AS (
		SELECT oid, typname, typbasetype FROM pg_type WHERE oid = a.atttypid
		UNION ALL
		SELECT t.oid, t.typname, t.typbasetype FROM domain d JOIN pg_type t ON t.oid = d.typbasetype
	)
	SELECT typname FROM domain WHERE typbasetype = 0
) base
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum`

// sqliteColumns tells a collation only by whether the statement that made the
// table speaks of any; a view's collations are out of sight. A temporary table
// hides one of the same name.
const sqliteColumns = `
SELECT c.name, c.type, c.type, coalesce((
	SELECT min(s.type = 'table' AND instr(lower(s.sql), 'collate') = 0)
	FROM (SELECT name, type, sql FROM %s.sqlite_schema UNION ALL SELECT name, type, sql FROM temp.sqlite_schema) s
	WHERE lower(s.name) = lower(?)), 0)
FROM pragma_table_xinfo(?, ?) c
WHERE c.hidden <> 1
ORDER BY c.cid`

// learn reads the columns of a table from the database's catalog, none where
// there is no such table.
func learn(ctx context.Context, db DB, d dialect.Dialect, table string) ([]column, error) {
	rows, err := queryCatalog(ctx, db, d, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var columns []column
	for rows.Next() {
		c, err := scanColumn(rows, d)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

func queryCatalog(ctx context.Context, db DB, d dialect.Dialect, table string) (*sql.Rows, error) {
	if d == dialect.Postgres {
		return db.QueryContext(ctx, postgresColumns, quote(table))
	}
	schema, name := split(table)
	if schema == "" {
		text := strings.Replace(sqliteColumns, "%s", "main", 1)
		return db.QueryContext(ctx, text, table, table, nil)
	}
	text := strings.Replace(sqliteColumns, "%s", quote(schema), 1)
	return db.QueryContext(ctx, text, name, name, schema)
}

func scanColumn(rows *sql.Rows, d dialect.Dialect) (column, error) {
	var c column
	var base string
	var strict bool
	if err := rows.Scan(&c.name, &c.sqlType, &base, &strict); err != nil {
		return column{}, err
	}
	c.kind = kindOf(d, base)
	c.bytes = base == "bytea" || d == dialect.SQLite && (base == "" || strings.EqualFold(base, "BLOB"))
	if d == dialect.SQLite {
		c.affinity = numberOf(strings.ToUpper(base))
		c.loose = c.kind == kindText && !strict
		return c, nil
	}
	c.loose = c.kind == kindText && looseOnPostgres(base, strict)
	c.list = strings.HasPrefix(base, "_")
	return c, nil
}
