package queryset_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// runner asks package queryset what the oracle was asked.
type runner struct {
	*store
	declared declarations
	mutation *queryset.Mutation // a rule to break; nil: none
}

// session is what an operation runs through.
type session interface {
	queryset.DB
	execer
}

// run is the outcome in the database, which is put back as it was.
func (r *runner) run(t testing.TB, tr *trial) (out outcome) {
	t.Helper()
	ctx := t.Context()
	if tr.op.through == "db" {
		r.ask(ctx, r.db, tr, &out)
		r.look(t, r.db, tr, &out)
		r.restore(t, tr, out)
		return out
	}
	db, rollback := r.begin(t, tr.op.through)
	defer rollback()
	r.ask(ctx, db, tr, &out)
	if out.class != oracle.Broken { // after which PostgreSQL answers no more in this transaction
		r.look(t, db, tr, &out)
	}
	return out
}

func (r *runner) begin(t testing.TB, through string) (session, func()) {
	t.Helper()
	if through == "begin" {
		tx, err := queryset.Begin(t.Context(), r.db)
		if err != nil {
			t.Fatal(err)
		}
		return tx, func() { tx.Rollback() }
	}
	tx, err := r.db.BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return tx, func() { tx.Rollback() }
}

// look reads all that is in the database. What only reads is not looked after:
// the next write tells if it wrote.
func (r *runner) look(t testing.TB, db session, tr *trial, out *outcome) {
	t.Helper()
	switch tr.op.verb {
	case "Get", "Select", "Count", "Exists", "Columns", "Predicate":
		return
	}
	lines, err := r.lines(t.Context(), db)
	if err != nil {
		t.Fatalf("%s: %v", r.dump, err)
	}
	out.looked, out.lines = true, lines
}

func (r *runner) restore(t testing.TB, tr *trial, out outcome) {
	t.Helper()
	if out.looked && !slices.Equal(dumped(tr.world), out.lines) {
		r.fill(t, tr.world)
	}
}

// ask makes the call.
func (r *runner) ask(ctx context.Context, db session, tr *trial, out *outcome) {
	q, op := r.declared.query(ctx, tr), tr.op
	if r.mutation != nil {
		q = queryset.MutateForTest(q, r.mutation)
	}
	var id apikey.ID
	switch op.verb {
	case "Get":
		out.rows, out.err = r.get(ctx, db, q, tr)
	case "Select":
		out.rows, out.err = r.selectAll(ctx, db, q, tr)
	case "Count":
		out.count, out.err = q.Count(ctx, db)
	case "Exists":
		out.found, out.err = q.Exists(ctx, db, op.spelled)
	case "Columns":
		out.columns, out.err = q.Columns(ctx, db)
		slices.Sort(out.columns)
	case "Predicate":
		out.rows, out.err = r.predicate(ctx, db, q, tr)
	case "Insert":
		id, out.err = q.Insert(ctx, db, values(op.table, op.values[0]))
		out.ids = []string{string(id)}
	case "InsertAll":
		out.ids, out.err = r.insertAll(ctx, db, q, tr)
	case "Update":
		out.err = q.Update(ctx, db, op.spelled, values(op.table, op.values[0]))
	case "UpdateAll":
		out.count, out.err = q.UpdateAll(ctx, db, values(op.table, op.values[0]))
	case "Delete":
		out.err = q.Delete(ctx, db, op.spelled)
	case "DeleteAll":
		out.count, out.err = q.DeleteAll(ctx, db)
	}
	out.class = tr.classify(out.err)
}

func (r *runner) insertAll(ctx context.Context, db session, q queryset.Query, tr *trial) ([]string, error) {
	rows := make([]queryset.Values, len(tr.op.values))
	for i, row := range tr.op.values {
		rows[i] = values(tr.op.table, row)
	}
	ids, err := q.InsertAll(ctx, db, rows)
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out, err
}

// predicate uses the condition the way a statement written by hand would.
func (r *runner) predicate(ctx context.Context, db session, q queryset.Query, tr *trial) ([]oracle.Row, error) {
	t, alias := tr.op.table, tr.op.alias
	cond, args, err := q.Predicate(ctx, db, tr.op.action, alias)
	if err != nil {
		return nil, err
	}
	sql := fmt.Sprintf("SELECT %[1]s.%[2]s FROM %[3]s AS %[1]s WHERE %[1]s.n >= ? AND %[4]s AND %[1]s.seq <> ?", alias, t.ID, t.Name, cond)
	rows, err := db.QueryxContext(ctx, queryset.Rebind(db, sql), slices.Concat([]any{-1}, args, []any{-1})...)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", sql, args, err)
	}
	return scanIDs(rows, t.ID)
}

func scanIDs(rows *sqlx.Rows, column string) (out []oracle.Row, err error) {
	defer rows.Close()
	for rows.Next() {
		cells, err := rows.SliceScan()
		if err != nil {
			return nil, err
		}
		out = append(out, oracle.Row{column: text(cells[0])})
	}
	return out, rows.Err()
}

// values are a row as a handler would pass it.
func values(t *oracle.Table, row oracle.Row) queryset.Values {
	v := queryset.Values{}
	for column, value := range row {
		v[column] = native(t.Kinds[column], value)
	}
	return v
}
