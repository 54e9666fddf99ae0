package queryset

import (
	"context"

	"github.com/buildkey/buildkey/apikey"
	"github.com/jmoiron/sqlx"
)

type alteration struct{}
type Explanation struct{}
type Tx struct{ *sqlx.Tx }

func Begin(ctx context.Context, db *sqlx.DB) (*Tx, error)                        { return nil, nil }
func Rebind(db DB, sql string) string                                            { return sql }
func Check(ctx context.Context, db DB, tables ...*Table) error                   { return nil }
func (q Query) Get(ctx context.Context, db DB, dest any, id any) error           { return q.err }
func (q Query) Select(ctx context.Context, db DB, dest any) error                { return q.err }
func (q Query) Count(ctx context.Context, db DB) (int64, error)                  { return 0, q.err }
func (q Query) Exists(ctx context.Context, db DB, id any) (bool, error)          { return false, q.err }
func (q Query) Insert(ctx context.Context, db DB, row Values) (apikey.ID, error) { return "", q.err }
func (q Query) InsertAll(ctx context.Context, db DB, rows []Values) ([]apikey.ID, error) {
	return nil, q.err
}
func (q Query) Update(ctx context.Context, db DB, id any, set Values) error     { return q.err }
func (q Query) UpdateAll(ctx context.Context, db DB, set Values) (int64, error) { return 0, q.err }
func (q Query) Delete(ctx context.Context, db DB, id any) error                 { return q.err }
func (q Query) DeleteAll(ctx context.Context, db DB) (int64, error)             { return 0, q.err }
func (q Query) Predicate(ctx context.Context, db DB, action, alias string) (cond string, args []any, err error) {
	return "", nil, q.err
}
func (q Query) Explain(ctx context.Context, db DB, action string) (Explanation, error) {
	return Explanation{}, q.err
}
func (q Query) Columns(ctx context.Context, db DB) ([]string, error) { return nil, q.err }
