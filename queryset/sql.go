package queryset

import (
	"slices"

	"github.com/buildkey/buildkey/internal/dialect"
)

// build makes the statement of a shape. It says what is wrong with the parts
// that the caller gave.
func (j *job) build(key shape) (*statement, error) {
	st := &statement{shape: key}
	var err error
	if st.marks, err = j.q.conds.check(j.table.dialect); err != nil {
		return nil, err
	}
	order, err := j.ordering()
	if err != nil {
		return nil, err
	}
	w := &writer{dialect: j.table.dialect}
	switch key.form {
	case formGet, formSelect:
		if st.target, err = j.target(key.dest); err != nil {
			return nil, err
		}
		j.buildRead(w, key, st.target.columns, order)
	case formCount:
		j.buildCount(w)
	case formExists:
		w.put("SELECT EXISTS (")
		w.union(j.table, "1", j.parts(key.form))
		w.put(")")
	case formInsert:
		j.buildInsert(w, key)
	default:
		j.buildWrite(w, key)
	}
	st.text, st.args = j.table.dialect.Number(w.String()), w.args
	return st, nil
}

// check counts the marks of each condition, the first one first.
func (c *condition) check(d dialect.Dialect) ([]int, error) {
	if c == nil {
		return nil, nil
	}
	before, err := c.before.check(d)
	if err != nil {
		return nil, err
	}
	marks, err := checkCondition(d, c.text)
	if err != nil {
		return nil, mistakef("the condition %s is refused: %v", quoteForError(c.text), err)
	}
	return append(before, marks), nil
}

// parts are the predicates of the statements that UNION ALL joins, with the id
// and the caller's conditions in each. There is always one. An id that was asked
// for is compared with the allow list, and with the only one in reach, before
// anything is sent.
func (j *job) parts(f form) []node {
	alias := alias(j.table)
	var out []node
	for _, part := range j.reach.parts(j.table, alias, !f.one()) {
		if f.one() && j.reach.onlyID(j.table) == nil {
			part.kids = slices.Insert(part.kids, 0, byID(j.table, alias))
		}
		part.kids = append(part.kids, j.q.conds.wheres()...)
		out = append(out, j.q.alter.grown(part))
	}
	if out == nil {
		return []node{{op: opAny, rule: "nothing is in reach"}}
	}
	return out
}

// alias is what columns of b itself are qualified with: its name, so that the
// caller's conditions can use that as well.
func alias(b *bound) string {
	_, name := split(b.table.Name)
	return quote(name)
}
