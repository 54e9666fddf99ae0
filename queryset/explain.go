package queryset

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Explanation tells what holds a Query's rows, and why. It holds no values: it
// can be logged.
type Explanation struct {
	Table, Action string
	// Holder is on whose behalf: "build key" and its id, "everything" or
	// "unscoped" and the reason, "anyone".
	Holder string
	// SQL is the predicate, with a ? for each argument.
	SQL string
	// Parts are the conditions that it is made of.
	Parts []Part
}

// Part is one condition of a predicate.
type Part struct {
	Rows string   // "own", "linked", "public" or "every": which rows it is about
	Rule string   // why it is there: "attachment: project", "allow list", "where" …
	SQL  string   // with a ? for each argument
	Args []string // what each argument is, and its kind: never the value
}

// String is the explanation as lines of text.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s for %s: %s", e.Action, e.Table, e.Holder, e.SQL)
	for _, p := range e.Parts {
		fmt.Fprintf(&b, "\n  %s rows, %s: %s", p.Rows, p.Rule, p.SQL)
		if len(p.Args) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(p.Args, ", "))
		}
	}
	return b.String()
}

// Explain tells which rows the Query holds to for an action, its Where among
// them: the predicate, the kinds of its arguments, and the rule that put each
// part there. Where nothing is in reach, the one part says why. It asks the
// database for no rows. Its errors are those of the method that needs the
// action.
func (q Query) Explain(ctx context.Context, db DB, action string) (e Explanation, err error) {
	if err := checkAction(action); err != nil {
		return e, err
	}
	err = q.run(ctx, db, action, "explaining the scope of", func(ctx context.Context, j *job) error {
		marks, err := q.conds.check(j.table.dialect)
		if err == nil {
			err = q.marked(marks)
		}
		if err != nil {
			return err
		}
		e = Explanation{Table: q.table.Name, Action: action, Holder: q.holder.String()}
		j.explain(&e)
		return nil
	})
	return e, err
}

func (j *job) explain(e *Explanation) {
	if j.reach.none() {
		e.SQL = "1 = 0"
		e.Parts = []Part{{Rows: "own", Rule: "nothing is in reach: " + j.reach.reason(), SQL: e.SQL}}
		return
	}
	kinds, parts := j.reach.kinds(), j.parts(formSelect)
	texts := make([]string, len(parts))
	for i, part := range parts {
		w := &writer{dialect: j.table.dialect}
		w.bare(part)
		texts[i] = w.String()
		e.Parts = j.leaves(e.Parts, kinds[i], part)
	}
	e.SQL = texts[0]
	if len(parts) > 1 || len(parts[0].among) > 0 {
		w := &writer{dialect: j.table.dialect}
		w.put(ref{alias(j.table), j.table.id}.sql(), " IN (")
		w.union(j.table, quote(j.table.id.name), parts)
		w.put(")")
		e.SQL = w.String()
	}
}

// kinds name the parts of reach.parts, in their order.
func (r *reach) kinds() []string {
	switch {
	case r.all:
		return []string{"every"}
	case r.public:
		return []string{"public"}
	case r.own && r.linked:
		return []string{"own", "linked"}
	case r.linked:
		return []string{"linked"}
	}
	return []string{"own"}
}

// leaves adds the conditions that n is made of.
func (j *job) leaves(parts []Part, rows string, n node) []Part {
	if n.op == opAll || n.op == opExists {
		for _, kid := range slices.Concat(n.among, n.kids) {
			parts = j.leaves(parts, rows, kid)
		}
		return parts
	}
	w := &writer{dialect: j.table.dialect}
	w.node(n)
	p := Part{Rows: rows, Rule: n.rule, SQL: w.String()}
	for _, a := range w.args {
		p.Args = append(p.Args, j.kindsOf(a)...)
	}
	return append(parts, p)
}

func (j *job) kindsOf(a argument) (kinds []string) {
	if a.from != fromWhere {
		return []string{a.String()}
	}
	for _, v := range j.q.where(a.index).args {
		kinds = append(kinds, fmt.Sprintf("argument (%T)", v))
	}
	return kinds
}
