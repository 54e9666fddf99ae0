package scoping

import (
	"context"
	"fmt"

	"github.com/Masterminds/squirrel"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/queryset"
)

// The ways, by their names in the tables.
const (
	byQueryset = "buildkey, queryset"
	byHand     = "hand-written, prepared"
	bySQLX     = "sqlx.DB.Get"
	bySquirrel = "squirrel and sqlx.DB.Get"
)

const text = "SELECT id, project_id, version_id, state FROM builds WHERE id = $1 AND project_id = $2 AND version_id = $3"

// read reads the wanted row into a struct, by the same condition each way. The
// statement of the hand-written way is prepared once, as an application keeps it.
func read(ctx context.Context, db *sqlx.DB, stmt *sqlx.Stmt) []measure.Case {
	ctx = holder(ctx)
	w := wanted
	return []measure.Case{
		get(byHand, "Stmt.GetContext; the condition is the author's to remember", func(row *build) error {
			return stmt.GetContext(ctx, row, w.ID, w.Project, w.Version)
		}),
		get(byQueryset, "Table.For(ctx).Get; the condition comes from the key", func(row *build) error {
			return builds.For(ctx).Get(ctx, db, row, w.ID)
		}),
		get(bySQLX, "the same text, not prepared: two round trips of lib/pq", func(row *build) error {
			return db.GetContext(ctx, row, text, w.ID, w.Project, w.Version)
		}),
		get(bySquirrel, "the text made each time, then as above", func(row *build) error {
			query, args, err := squirrel.Select("id", "project_id", "version_id", "state").From("builds").
				Where(squirrel.Eq{"id": w.ID}).Where(squirrel.Eq{"project_id": w.Project}).Where(squirrel.Eq{"version_id": w.Version}).
				PlaceholderFormat(squirrel.Dollar).ToSql()
			if err != nil {
				return err
			}
			return db.GetContext(ctx, row, query, args...)
		}),
	}
}

// get is a case that fails when it reads another row.
func get(name, note string, read func(*build) error) measure.Case {
	return measure.Case{Name: name, Note: note, New: func() func() error {
		return func() error {
			var row build
			if err := read(&row); err != nil {
				return err
			}
			if row.ID != wanted.ID || row.Version != wanted.Version {
				return fmt.Errorf("scoping: %s read %+v, want %+v", name, row, wanted)
			}
			return nil
		}
	}}
}

// building makes queries and sends none.
func building(ctx context.Context) []measure.Case {
	ctx = holder(ctx)
	return []measure.Case{
		{Name: byQueryset, Note: "Table.For(ctx).Where(…)", New: func() func() error {
			var query queryset.Query
			return func() error {
				query = builds.For(ctx).Where("state = ?", "triggered")
				_ = query
				return nil
			}
		}},
		{Name: "squirrel", Note: "Select(…).From(…).Where(…) × 3, without ToSql", New: func() func() error {
			var query squirrel.SelectBuilder
			return func() error {
				query = squirrel.Select("id", "state").From("builds").Where(squirrel.Eq{"project_id": wanted.Project}).
					Where(squirrel.Eq{"version_id": wanted.Version}).Where(squirrel.Eq{"state": "triggered"})
				_ = query
				return nil
			}
		}},
	}
}
