package queryset

import (
	"context"
	"slices"

	"github.com/buildkey/buildkey/apikey"
)

// Insert writes a new row and gives its id, in one statement that also checks
// where the row would belong. Attachment columns that row leaves out take the
// key's value; those that it gives must lie in the key's reach: equal to what
// the key fixes, or in a linked project that permits resource:create. Where the
// table has a Parent and its column is not NULL, that parent must be in reach
// as well. Anything else is ErrForbidden, which reads the same for a parent
// that does not exist; so is a column that the key may not write, and a key
// whose allow list does not name all of the resource. The key needs the scope
// resource:create.
//
// An empty row, a NOT NULL column that was left out, and a value that its
// column does not take are [ErrBadValue], as [Query.Update] says.
func (q Query) Insert(ctx context.Context, db DB, row Values) (id apikey.ID, err error) {
	ids, err := q.InsertAll(ctx, db, []Values{row})
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// InsertAll writes many new rows in one statement, all of them or none, and
// gives their ids in the order of rows. Each is checked as Insert checks one,
// and if one may not be written, none is. Every row names the same columns:
// rows that differ in that, and no rows, are [ErrBadValue]. More values than
// one statement takes as arguments (65535 on PostgreSQL, 32766 on SQLite, less
// 512 and one for each row) are an error.
func (q Query) InsertAll(ctx context.Context, db DB, rows []Values) (ids []apikey.ID, err error) {
	err = q.run(ctx, db, actionCreate, "inserting into", func(ctx context.Context, j *job) (err error) {
		ids, err = j.insert(ctx, rows)
		return err
	})
	return ids, err
}

func (j *job) insert(ctx context.Context, rows []Values) ([]apikey.ID, error) {
	if j.q.conds != nil || j.q.paged() {
		return nil, mistakef("an insert takes no Where, OrderBy, Limit or Offset: start from For again")
	}
	if err := j.insertable(rows); err != nil {
		return nil, err
	}
	if j.reach.none() {
		return nil, j.outside()
	}
	j.reachAbove()
	n, err := j.newRows(rows)
	if err != nil {
		return nil, err
	}
	if err := j.statement(n.shape()); err != nil {
		return nil, err
	}
	j.rows = n.flat()
	ids, err := j.inserted(ctx, len(rows))
	return ids, j.refused(err)
}

// insertable checks the allow list, the columns, and the types of the values.
func (j *job) insertable(rows []Values) error {
	if j.reach.listed {
		return forbidden("the key's allow list does not name %s:*, which an insert needs", j.table.table.Resource)
	}
	if len(rows) == 0 {
		return badValuef("there are no rows to insert into %s", j.table.table.Name)
	}
	first, err := j.columnsOf(rows[0])
	if err != nil {
		return err
	}
	if err := j.fillable(first); err != nil {
		return err
	}
	for i, row := range rows {
		if columns, err := j.columnsOf(row); err != nil || !slices.Equal(columns, first) {
			return badValuef("row %d to insert into %s names other columns than row 0: name the same in each", i, j.table.table.Name)
		}
		if err := j.sendable(first, row); err != nil {
			return err
		}
	}
	return nil
}

// fillable lets a key write the columns that place a row, which are checked by
// value, and those that it may write anyway.
func (j *job) fillable(columns []string) error {
	for _, c := range columns {
		placing := slices.Contains(j.table.table.placing(), c)
		if err := j.writable(c, placing || j.reach.fields.writable(c)); err != nil {
			return err
		}
	}
	return nil
}

// reachAbove is the reach of the key in the parent's table, where the new row's
// parent must be. The links are those that permit the insert.
func (j *job) reachAbove() {
	if j.table.parent == nil || j.reach.all {
		return
	}
	j.above = &reach{}
	j.q.reachOwn(j.table.parent, j.above)
	j.q.reachLinked(j.table.parent, j.above, j.table.table.Resource, actionCreate)
	j.q.alter.reached(&j.q.holder, j.table.parent, j.above)
}

// inserted runs the statement and reads the ids. Fewer rows than were given
// means that one lay outside, and that none was written.
func (j *job) inserted(ctx context.Context, want int) ([]apikey.ID, error) {
	rows, err := j.query(ctx, j.st, j.args())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ids := make([]apikey.ID, 0, want)
	for rows.Next() {
		var id any
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, returnedID(id))
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, j.outside()
	}
	return ids, nil
}

func (j *job) outside() error {
	return forbidden("a row to insert into %s lies outside the key's reach, or its parent does", j.table.table.Name)
}
