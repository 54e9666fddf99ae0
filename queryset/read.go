package queryset

import (
	"context"
	"reflect"
)

// Get reads the row with that id into dest: a pointer to a struct with db tags,
// or a map[string]any, such as [Values]. Only readable columns are selected; a
// field whose column is not readable is set to its zero value. A row that is
// absent, out of reach or excluded by Where is ErrNotFound, and so is an id
// that is not in the canonical form of its column's type. A db tag that names
// no column is an error. The key needs the scope resource:read, or the error is
// an [apikey.ScopeError], whether the row exists or not.
func (q Query) Get(ctx context.Context, db DB, dest any, id any) error {
	return q.run(ctx, db, actionRead, "reading a row of", func(ctx context.Context, j *job) error {
		to, err := oneDest(dest)
		if err != nil {
			return err
		}
		if err := j.statement(shape{form: formGet, mapper: j.mapper, dest: to.Type()}); err != nil {
			return err
		}
		if !j.identify(id) {
			return ErrNotFound
		}
		rows, err := j.query(ctx, j.st, j.args())
		if err != nil {
			return err
		}
		defer rows.Close()
		return j.st.target.one(rows, to, j.destRoom[:0])
	})
}

// Select reads the rows in reach into dest: a pointer to a slice of structs
// with db tags, of pointers to such, or of map[string]any, such as [Values].
// What dest held is replaced; no rows give an empty slice. What is readable, and
// its errors, are as with Get.
func (q Query) Select(ctx context.Context, db DB, dest any) error {
	return q.run(ctx, db, actionRead, "reading rows of", func(ctx context.Context, j *job) error {
		to, elem, err := manyDest(dest)
		if err != nil {
			return err
		}
		key := shape{form: formSelect, mapper: j.mapper, dest: elem, limit: q.limit.set, offset: q.offset.set}
		if err := j.statement(key); err != nil {
			return err
		}
		if j.reach.none() {
			to.Set(reflect.MakeSlice(to.Type(), 0, 0))
			return nil
		}
		rows, err := j.query(ctx, j.st, j.args())
		if err != nil {
			return err
		}
		defer rows.Close()
		return j.st.target.many(rows, to, j.destRoom[:0])
	})
}

// Count tells how many rows are in reach for which the Where conditions hold,
// whatever OrderBy, Limit and Offset say. It needs the scope that Get needs.
func (q Query) Count(ctx context.Context, db DB) (n int64, err error) {
	err = q.run(ctx, db, actionRead, "counting rows of", func(ctx context.Context, j *job) error {
		if err := j.statement(shape{form: formCount}); err != nil || j.reach.none() {
			return err
		}
		return j.scalar(ctx, &n)
	})
	return n, err
}

// Exists tells whether Get would find the row. It needs the scope that Get
// needs.
func (q Query) Exists(ctx context.Context, db DB, id any) (found bool, err error) {
	err = q.run(ctx, db, actionRead, "looking for a row of", func(ctx context.Context, j *job) error {
		if err := j.statement(shape{form: formExists}); err != nil || !j.identify(id) {
			return err
		}
		return j.scalar(ctx, &found)
	})
	return found, err
}

// Columns are the readable columns, in the table's order: those that a Get into
// a map would have.
func (q Query) Columns(ctx context.Context, db DB) (columns []string, err error) {
	err = q.run(ctx, db, actionRead, "naming the columns of", func(ctx context.Context, j *job) error {
		columns = make([]string, len(j.reach.fields.read))
		for i, c := range j.reach.fields.read {
			columns[i] = c.name
		}
		return nil
	})
	return columns, err
}

// scalar reads the one value of the one row.
func (j *job) scalar(ctx context.Context, to any) error {
	rows, err := j.query(ctx, j.st, j.args())
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(to); err != nil {
			return err
		}
	}
	return rows.Err()
}
