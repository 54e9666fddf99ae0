package queryset

import (
	"context"
	"slices"
	"strings"
)

// Update writes set to the row with that id. A row that is absent, out of reach
// or excluded by Where is ErrNotFound; a column that a key may not write is
// ErrForbidden and named, whether the row exists or not. The key needs the
// scope resource:update.
//
// [ErrBadValue] is an empty set; a column that is not there, where the holder may
// write all; a value of a type that no column takes, such as a list or a map from
// a request's body; a word for an integer or a floating point number; and what the
// database refuses about the values: NOT NULL, a CHECK, and on PostgreSQL another
// data exception such as a word for a date (one in an argument of Where reads the
// same). It names the column where that is known, and never repeats a value. A
// violated unique or foreign key is the driver's own error.
func (q Query) Update(ctx context.Context, db DB, id any, set Values) error {
	return q.run(ctx, db, actionUpdate, "updating a row of", func(ctx context.Context, j *job) error {
		n, err := j.write(ctx, formUpdate, set, id)
		return oneRow(n, err)
	})
}

// UpdateAll writes set to every row in reach for which the Where conditions
// hold, and tells how many there were. Its errors are Update's, except that
// finding no row is not one. A Query with OrderBy, Limit or Offset is refused.
func (q Query) UpdateAll(ctx context.Context, db DB, set Values) (n int64, err error) {
	err = q.run(ctx, db, actionUpdate, "updating rows of", func(ctx context.Context, j *job) (err error) {
		n, err = j.write(ctx, formUpdateAll, set, nil)
		return err
	})
	return n, err
}

// Delete deletes the row with that id. A row that is absent, out of reach or
// excluded by Where is ErrNotFound. The key needs the scope resource:delete,
// and is ErrForbidden when it reaches the table as an Ancestor only.
func (q Query) Delete(ctx context.Context, db DB, id any) error {
	return q.run(ctx, db, actionDelete, "deleting a row of", func(ctx context.Context, j *job) error {
		n, err := j.write(ctx, formDelete, nil, id)
		return oneRow(n, err)
	})
}

// DeleteAll deletes every row in reach for which the Where conditions hold, and
// tells how many there were. Its errors are Delete's, except that finding no
// row is not one. A Query with OrderBy, Limit or Offset is refused.
func (q Query) DeleteAll(ctx context.Context, db DB) (n int64, err error) {
	err = q.run(ctx, db, actionDelete, "deleting rows of", func(ctx context.Context, j *job) (err error) {
		n, err = j.write(ctx, formDeleteAll, nil, nil)
		return err
	})
	return n, err
}

func oneRow(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// write runs an update or a delete and gives the number of rows.
func (j *job) write(ctx context.Context, f form, set Values, id any) (int64, error) {
	key := shape{form: f}
	if f == formUpdate || f == formUpdateAll {
		columns, err := j.settable(set)
		if err != nil {
			return 0, err
		}
		key.columns = strings.Join(columns, ",")
		for _, c := range columns {
			j.rows = append(j.rows, set[c])
		}
	}
	if !f.one() && j.q.paged() {
		return 0, mistakef("OrderBy, Limit and Offset say nothing about which rows to write: use Where")
	}
	if err := j.statement(key); err != nil {
		return 0, err
	}
	if j.reach.none() || f.one() && !j.identify(id) {
		return 0, nil
	}
	n, err := j.exec(ctx, j.st, j.args())
	if key.columns != "" {
		err = j.refused(err)
	}
	return n, err
}

func (q Query) paged() bool { return q.orderCount > 0 || q.limit.set || q.offset.set }

// settable checks the columns of an update, and sorts them.
func (j *job) settable(set Values) ([]string, error) {
	columns, err := j.columnsOf(set)
	if err != nil {
		return nil, err
	}
	for _, c := range columns {
		placed := !j.reach.all && slices.Contains(j.table.table.attached(), c)
		if err := j.writable(c, !placed && j.reach.fields.writable(c)); err != nil {
			return nil, err
		}
	}
	return columns, j.sendable(columns, set)
}
