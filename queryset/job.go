package queryset

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/buildkey/buildkey/apikey"
)

// job is one run of a Query: all that its statement and arguments come from.
type job struct {
	session
	q      Query
	action string
	table  *bound
	reach  reach
	above  *reach // of an insert's parent
	st     *statement

	id   any   // that was asked for
	rows []any // values to write

	argRoom  [8]any // for a statement's arguments
	destRoom [8]any // for where a row's columns go
}

// jobs are those that are over, for the next ones to use.
var jobs = sync.Pool{New: func() any { return new(job) }}

// run opens db and does what do says with the rows in reach. When something
// remembered turns out to have changed, it is learned again and done again,
// once; a transaction on PostgreSQL has failed by then, so there it is learned
// for the next one.
func (q Query) run(ctx context.Context, db DB, action, doing string, do func(context.Context, *job) error) error {
	if err := q.permitted(action); err != nil {
		return err
	}
	j := jobs.Get().(*job)
	defer func() {
		*j = job{}
		jobs.Put(j)
	}()
	j.q, j.action = q, action
	err := ctx.Err()
	if err == nil {
		j.session, err = open(db)
	}
	if err == nil {
		err = j.do(ctx, do)
	}
	if err == nil {
		return nil
	}
	if j.renewed(ctx, err) {
		*j = job{session: j.session, q: q, action: action}
		err = j.do(ctx, do)
	}
	return wrap(doing+" "+q.table.Name, err)
}

func (j *job) do(ctx context.Context, do func(context.Context, *job) error) (err error) {
	if j.table, j.known, err = j.bound(ctx, j.q.table); err != nil {
		return err
	}
	if err = j.q.reach(j.table, j.action, &j.reach); err != nil {
		return err
	}
	defer func() {
		if j.st != nil {
			j.memory.statements.done(j.st)
		}
	}()
	return do(ctx, j)
}

// renewed tells whether doing it again may end otherwise than in err.
func (j *job) renewed(ctx context.Context, err error) bool {
	var unknown unknownColumn
	missing := errors.As(err, &unknown)
	if !j.known || !missing && !outdated(err) {
		return false
	}
	if j.st != nil {
		j.memory.statements.drop(j.st)
	}
	if j.inTx && !missing {
		j.memory.unlearn(j.q.table)
		return false
	}
	now, err := j.memory.learn(ctx, j.db, j.q.table)
	return err == nil && (now != j.table || !missing)
}

// column is a column by the name that a caller gave. wrong makes the error when
// there is none: mistakef or badValuef.
func (j *job) column(name string, wrong func(format string, args ...any) error) (column, error) {
	c, ok := j.table.column(name)
	if !ok {
		return column{}, unknownColumn{wrong("table %s has no column %s", j.table.table.Name, quoteForError(name))}
	}
	return c, nil
}

// identify takes the id of a row, and tells whether there can be such a row.
func (j *job) identify(id any) bool {
	text, ok := idText(id)
	if ok {
		j.id, ok = j.q.alter.id(j.table.id.kind, text)
	}
	if only := j.reach.onlyID(j.table); only != nil {
		ok = ok && j.id == only
	}
	return ok && !j.reach.none() && (!j.reach.listed || slices.Contains(j.reach.values.allowed, j.id))
}

// statement finds or builds the statement of a form. It is j's until the end
// of the run. An insert of many rows is not worth keeping.
func (j *job) statement(key shape) error {
	if err := j.q.counts(); err != nil {
		return err
	}
	key.table, key.alter, key.fields = j.table, j.q.alter, j.reach.fields
	key.reach = j.reach.shape()
	key.order, key.orderCount = j.q.order, j.q.orderCount // bad ones are told whatever runs
	if j.above != nil {
		key.above = j.above.shape()
	}
	if c := j.q.conds; c != nil {
		key.conds, key.condCount = c.texts, c.count
	}
	if j.st = j.memory.statements.get(&key); j.st != nil {
		return j.q.marked(j.st.marks)
	}
	st, err := j.build(key)
	if err != nil {
		return err
	}
	if j.st = st; key.rows <= 1 {
		j.st = j.memory.statements.add(st)
	}
	return j.q.marked(j.st.marks)
}

// counts checks the numbers that the caller gave.
func (q Query) counts() error {
	if q.limit.set && q.limit.n < 0 {
		return mistakef("the limit %d is negative", q.limit.n)
	}
	if q.offset.set && q.offset.n < 0 {
		return mistakef("the offset %d is negative", q.offset.n)
	}
	return nil
}

// marked checks that each Where was given as many arguments as it marks.
func (q Query) marked(marks []int) error {
	for c := q.conds; c != nil; c = c.before {
		if want := marks[c.count-1]; want != len(c.args) {
			return mistakef("the condition %s marks %d arguments with ?, and %d were given", quoteForError(c.text), want, len(c.args))
		}
	}
	return nil
}

// args are the statement's arguments in order. A DB of the caller's own may
// keep them.
func (j *job) args() []any {
	if j.pool == nil {
		return j.bind(nil, j.st.args)
	}
	return j.bind(j.argRoom[:0], j.st.args)
}

func (j *job) bind(out []any, args []argument) []any {
	for _, a := range args {
		switch a.from {
		case fromAttached:
			out = append(out, j.attached(a))
		case fromLinks:
			r := &j.reach
			if a.index > 0 {
				r = j.above
			}
			out = append(out, listOf(j.table.dialect, a.kind, r.values.links))
		case fromAllowed:
			out = append(out, listOf(j.table.dialect, a.kind, j.reach.values.allowed))
		case fromID:
			out = append(out, j.id)
		case fromWhere:
			out = append(out, j.q.where(a.index).args...)
		case fromValues:
			out = append(out, j.rows[a.index])
		case fromLimit:
			out = append(out, j.q.limit.n)
		case fromOffset:
			out = append(out, j.q.offset.n)
		}
	}
	return out
}

// attached is an attachment of the key, for a column that may be of another kind
// than the one it was checked for.
func (j *job) attached(a argument) any {
	l := apikey.Level(a.index)
	if v := j.reach.values.attach[l]; v != nil && j.table.holds(l).kind == a.kind {
		return v
	}
	v, _ := j.q.alter.id(a.kind, string(attachment(j.q.holder.key, l)))
	return v
}

func (q Query) where(i int) *condition {
	c := q.conds
	for c.count-1 > i {
		c = c.before
	}
	return c
}
