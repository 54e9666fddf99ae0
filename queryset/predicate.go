package queryset

import (
	"context"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dialect"
)

// thisRow names the row of a condition that must see its own table's columns
// only.
const thisRow = `"this row"`

// Predicate is the scope alone, for a statement written by hand: a condition on
// the table that the statement calls alias (its own name when alias is empty),
// in parentheses, and its arguments, each marked with a ? on both databases;
// [Rebind] numbers them. action is "read", "update" or another that the
// resource has, and the key needs its scope. Columns are the statement's own
// affair: [Query.Columns] tells which are readable.
//
// Rows of linked projects are found by id, IN a list that is joined by UNION
// ALL. An alias that is no identifier, an action that is none, and a Query with
// Where, OrderBy, Limit or Offset are errors: put those in the statement.
func (q Query) Predicate(ctx context.Context, db DB, action, alias string) (cond string, args []any, err error) {
	if err := checkAction(action); err != nil {
		return "", nil, err
	}
	if alias != "" && !identifier(alias) {
		return "", nil, mistakef("the alias %s is no plain identifier of letters, digits and underscores", quoteForError(alias))
	}
	if q.conds != nil || q.paged() {
		return "", nil, mistakef("a predicate is of the scope alone: put Where, OrderBy, Limit and Offset into the statement")
	}
	err = q.run(ctx, db, action, "making a predicate for", func(ctx context.Context, j *job) error {
		cond, args = j.predicate(alias)
		return nil
	})
	return cond, args, err
}

func checkAction(action string) error {
	if action == "*" || !apikey.IsScope("a:"+action) {
		return mistakef("the action %s is no word such as read", quoteForError(action))
	}
	return nil
}

// Rebind numbers the ? of a statement that was written by hand, as db's driver
// marks arguments. A ? in a literal, a quoted name or a comment is left alone,
// and ?? is a question mark.
func Rebind(db DB, sql string) string {
	d, err := dialect.Of(db.DriverName())
	if err != nil {
		return sql
	}
	return d.Number(sql)
}

func (j *job) predicate(as string) (string, []any) {
	as = quote(as)
	if as == `""` {
		as = alias(j.table)
	}
	w := &writer{dialect: j.table.dialect}
	w.put("(")
	switch parts := j.reach.parts(j.table, as, true); {
	case j.reach.none():
		w.put("1 = 0")
	case j.reach.public:
		at := ref{as, j.table.id}
		w.node(j.q.alter.grown(exists("public", j.table, thisRow, at, shown(j.table, thisRow, 0)...)))
	case len(parts) == 1 && len(parts[0].among) == 0:
		w.bare(j.q.alter.grown(parts[0]))
	default:
		w.put(ref{as, j.table.id}.sql(), " IN (")
		w.union(j.table, quote(j.table.id.name), j.parts(formSelect))
		w.put(")")
	}
	w.put(")")
	return w.String(), j.bind(nil, w.args)
}
