package keystore

import (
	"strings"

	"github.com/buildkey/buildkey/internal/dialect"
)

// amongIDs is whether an id is in a list of them, which is one argument in JSON.
const amongIDs = ` IN (SELECT value::uuid FROM json_array_elements_text(?::json) AS value)`

// sqliteWords turns the few words of PostgreSQL that the statements use into
// SQLite's, and writes out the functions. SQLite locks by writing first: see
// lockSQLite.
var sqliteWords = strings.NewReplacer(
	"LEAST(", "min(",
	"GREATEST(", "max(",
	"= ANY(ARRAY(", "IN (",
	" FOR UPDATE SKIP LOCKED))", ")",
	" FOR UPDATE", "",
	" FOR SHARE", "",
	"::uuid", "",
	"::bigint", "",
	"::text", "",
	"json_array_elements_text(?::json) AS value", "json_each(?)",
	"buildkey_above(k.parent)", aboveSQLite,
	"buildkey_reached(k.project)", reachedSQLite,
)

// text writes a statement in the words of the database. One text serves both.
func (c *core) text(statement string) string {
	if c.dialect == dialect.SQLite {
		statement = sqliteWords.Replace(statement)
	}
	return c.dialect.Number(statement)
}
