package queryset_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// condition is SQL on bare columns of t with what it means, its arguments
// written out where constant is asked for. Many hold an OR, so that they need
// the parentheses that they are promised.
func (d dice) condition(t *oracle.Table, constant bool) oracle.Cond {
	n, word := strconv.Itoa(d.IntN(4)), pick(d, "x", "y")
	c := pick(d, d.conditions(t, n, word)...)
	if constant {
		for _, arg := range c.Args {
			c.SQL = strings.Replace(c.SQL, " ?", " "+literal(arg), 1)
		}
		c.Args = nil
	}
	return c
}

func literal(arg any) string {
	if s, ok := arg.(string); ok {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return fmt.Sprint(arg)
}

func (d dice) conditions(t *oracle.Table, n, word string) []oracle.Cond {
	limit, _ := strconv.ParseInt(n, 10, 64)
	number := func(r oracle.Row) int64 { i, _ := strconv.ParseInt(r["n"].Text, 10, 64); return i }
	noted := func(r oracle.Row, w string) bool { return r["note"] == oracle.Of(w) }
	id := pick(d, universe(t.Kinds[t.ID])[:4]...)
	cs := []oracle.Cond{
		{SQL: "1 = 1", Holds: func(oracle.Row) bool { return true }},
		{SQL: "n >= ?", Args: []any{limit}, Holds: func(r oracle.Row) bool { return number(r) >= limit }},
		{SQL: "note = ?", Args: []any{word}, Holds: func(r oracle.Row) bool { return noted(r, word) }},
		{SQL: "note IS NULL OR n < ?", Args: []any{limit}, Holds: func(r oracle.Row) bool { return !r["note"].Valid || number(r) < limit }},
		{SQL: "n < ? OR (note = ?)", Args: []any{limit, word}, Holds: func(r oracle.Row) bool { return number(r) < limit || noted(r, word) }},
		{SQL: "NOT (n = ?) /* ? ) */ AND note <> 'a?)'", Args: []any{limit}, Holds: func(r oracle.Row) bool { return number(r) != limit && r["note"].Valid }},
		{SQL: "n = ? OR 1 = 1", Args: []any{limit}, Holds: func(oracle.Row) bool { return true }},
		{SQL: "note IN ( ?, ?)", Args: []any{"x", word}, Holds: func(r oracle.Row) bool { return noted(r, "x") || noted(r, word) }},
		{SQL: t.ID + " = ?", Args: []any{native(t.Kinds[t.ID], oracle.Of(id))}, Holds: func(r oracle.Row) bool { return r[t.ID] == oracle.Of(id) }},
	}
	if t.Kinds["order"] != 0 {
		cs = append(cs, oracle.Cond{SQL: `"order" = 'z?' OR "order" IS NULL`, Holds: func(r oracle.Row) bool { return !r["order"].Valid || r["order"].Text == "z?" }})
	}
	return cs
}

// native is the value as a handler would pass it.
func native(k oracle.Kind, v oracle.Value) any {
	if !v.Valid {
		return nil
	}
	if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil && k == oracle.Integer && strconv.FormatInt(n, 10) == v.Text {
		return n
	}
	return v.Text
}
