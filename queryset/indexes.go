package queryset

import (
	"context"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
)

// postgresIndexes lists a table's whole and valid indexes that can find equal
// values, an expression as (). A view has none, and is told by the row without
// columns.
const postgresIndexes = `
SELECT i.indisunique, (
	SELECT string_agg(coalesce(a.attname, '()'), ',' ORDER BY k.place)
	FROM unnest(i.indkey) WITH ORDINALITY k(attnum, place)
	LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
	WHERE k.place <= i.indnkeyatts)
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam AND m.amname IN ('btree', 'hash')
WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND i.indpred IS NULL
UNION ALL
SELECT false, '' FROM pg_class WHERE oid = to_regclass($1) AND relkind NOT IN ('r', 'p')`

// sqliteIndexes lists what is unique, and a view as above. A primary key that
// is the row id has no index of its own.
const sqliteIndexes = `
SELECT true, group_concat(name) FROM pragma_table_info(?1, ?2) WHERE pk > 0 HAVING count(*) = 1
UNION ALL
SELECT true, (SELECT group_concat(coalesce(name, '()')) FROM pragma_index_info(l.name, ?2)) FROM pragma_index_list(?1, ?2) l
WHERE l."unique" AND NOT l.partial
UNION ALL
SELECT false, '' FROM pragma_table_list(?1) WHERE type = 'view'`

type index struct {
	unique  bool
	columns []string
}

type indexes []index

// learnIndexes is nil for a view, of which nothing can be asked.
func learnIndexes(ctx context.Context, db DB, b *bound) (indexes, error) {
	text, args := postgresIndexes, []any{quote(b.table.Name)}
	if b.dialect == dialect.SQLite {
		schema, name := split(b.table.Name)
		text, args = sqliteIndexes, []any{name, nil}
		if schema != "" {
			args[1] = schema
		}
	}
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := indexes{}
	for rows.Next() {
		var unique bool
		var columns string
		if err := rows.Scan(&unique, &columns); err != nil {
			return nil, err
		}
		if columns == "" {
			return nil, rows.Close()
		}
		out = append(out, index{unique, strings.Split(columns, ",")})
	}
	return out, rows.Err()
}

// unique: the id must name one row, or a row could stand for another.
func (x indexes) unique(b *bound) error {
	for _, i := range x {
		if i.unique && len(i.columns) == 1 && i.columns[0] == b.id.name {
			return nil
		}
	}
	return mistakef("the id of %s does not name one row: make it the primary key, or CREATE UNIQUE INDEX ON %s (%s)",
		b.table.Name, quote(b.table.Name), quote(b.id.name))
}

// keyed are the attachments that keys of each level fix; a build key may lack a
// version.
var keyed = [...]attachments{
	only(apikey.LevelProject),
	only(apikey.LevelProject) | only(apikey.LevelVersion),
	only(apikey.LevelProject) | only(apikey.LevelVersion) | only(apikey.LevelBuild),
	only(apikey.LevelProject) | only(apikey.LevelBuild),
}

// missing are the indexes that keys would need to reach rows of b, without a
// look at every row. The parents' are told with the parents.
func (x indexes) missing(b *bound) (problems []error) {
	var told []string
	for _, fixed := range keyed {
		l := narrowest(fixed)
		if fixed.without(b.reaches) != 0 {
			continue
		}
		column, equal := b.link.name, []string{b.link.name}
		if b.has.has(l) {
			column, equal = b.attach[l].name, b.columnsOf(fixed)
		}
		if x.finds(column, equal) || slices.Contains(told, column) {
			continue
		}
		told = append(told, column)
		problems = append(problems, mistakef("table %s has no index that finds the rows of a %s: CREATE INDEX ON %s (%s)",
			b.table.Name, l, quote(b.table.Name), quote(column)))
	}
	return problems
}

// finds: an index that starts with column, or with columns that are held equal
// as well.
func (x indexes) finds(column string, equal []string) bool {
	return slices.ContainsFunc(x, func(i index) bool {
		for _, c := range i.columns {
			if c == column {
				return true
			}
			if !slices.Contains(equal, c) {
				return false
			}
		}
		return false
	})
}

func (b *bound) columnsOf(fixed attachments) (names []string) {
	for _, l := range levels {
		if (fixed & b.has).has(l) {
			names = append(names, b.attach[l].name)
		}
	}
	return names
}
