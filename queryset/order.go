package queryset

import (
	"slices"
	"strconv"
	"strings"
)

// orderTerm is one column to sort by.
type orderTerm struct {
	column
	descending bool
}

// ordering reads the terms of OrderBy. A column must be readable, or its order
// would tell what it holds; the id and the attachment always may be.
func (j *job) ordering() ([]orderTerm, error) {
	if j.q.orderCount == 0 {
		return nil, nil
	}
	terms := strings.Split(j.q.order, "\n")
	if len(terms) != j.q.orderCount {
		return nil, mistakef("the order %s holds a line break", quoteForError(j.q.order))
	}
	var out []orderTerm
	for _, text := range terms {
		term, err := j.orderTerm(text)
		if err != nil {
			return nil, err
		}
		out = append(out, term)
	}
	return out, nil
}

func (j *job) orderTerm(text string) (orderTerm, error) {
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > 2 {
		return orderTerm{}, mistakef("the order %s is not a column with an optional ASC or DESC", quoteForError(text))
	}
	term := orderTerm{descending: len(words) == 2 && strings.EqualFold(words[1], "DESC")}
	if len(words) == 2 && !term.descending && !strings.EqualFold(words[1], "ASC") {
		return orderTerm{}, mistakef("the order %s has a direction that is neither ASC nor DESC", quoteForError(text))
	}
	var err error
	if term.column, err = j.column(words[0], mistakef); err != nil {
		return orderTerm{}, err
	}
	if !j.reach.fields.readable(words[0]) && !slices.Contains(j.table.table.attached(), words[0]) {
		return orderTerm{}, mistakef("the column %s of %s is not readable here, and so cannot be sorted by", words[0], j.table.table.Name)
	}
	return term, nil
}

func (w *writer) order(terms []orderTerm) {
	for i, t := range terms {
		w.put([]string{" ORDER BY ", ", "}[min(i, 1)], quote(t.name))
		if t.descending {
			w.put(" DESC")
		}
	}
}

// quoteForError shows text that a caller gave, cut where it is long.
func quoteForError(text string) string {
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	return strconv.Quote(text)
}
