package queryset_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// differ says how got is not what was expected, "" where it is.
func (t *trial) differ(want, got outcome) string {
	if d := differClass(want, got); d != "" {
		return d
	}
	if want.class == oracle.OK {
		if d := t.differAnswer(want, got); d != "" {
			return d
		}
		if d := t.adopt(want, got); d != "" {
			return d
		}
	}
	if !got.looked {
		return ""
	}
	return differLines("the database afterwards", dumped(want.state), got.lines)
}

func differClass(want, got outcome) string {
	if got.class == want.class || want.orBroken && got.class == oracle.Broken {
		return ""
	}
	return fmt.Sprintf("want %v, got %v (%v)", want.class, got.class, got.err)
}

func (t *trial) differAnswer(want, got outcome) string {
	switch {
	case t.op.verb == "Exists" && want.found != got.found:
		return fmt.Sprintf("want exists %t, got %t", want.found, got.found)
	case (t.op.verb == "Count" || strings.HasSuffix(t.op.verb, "teAll")) && want.count != got.count:
		return fmt.Sprintf("want count %d, got %d", want.count, got.count)
	case t.op.verb == "Columns" && !slices.Equal(want.columns, got.columns):
		return fmt.Sprintf("want columns %q, got %q", want.columns, got.columns)
	}
	return differRows(want, got)
}

func differRows(want, got outcome) string {
	expected, actual := printed(want.rows), printed(got.rows)
	if want.ordered {
		if !slices.Equal(expected, actual) {
			return "want rows, in order:\n" + indent(expected) + "got:\n" + indent(actual)
		}
		return ""
	}
	if len(actual) != want.take {
		return fmt.Sprintf("want %d of the rows\n%sgot:\n%s", want.take, indent(expected), indent(actual))
	}
	for _, line := range actual {
		i := slices.Index(expected, line)
		if i < 0 {
			return "want only rows of\n" + indent(printed(want.rows)) + "got also\n" + indent([]string{line})
		}
		expected = slices.Delete(expected, i, i+1)
	}
	return ""
}

// adopt puts the ids that the database chose into the expected rows.
func (t *trial) adopt(want, got outcome) string {
	if len(want.newRows) != len(got.ids) {
		return fmt.Sprintf("want %d ids, got %q", len(want.newRows), got.ids)
	}
	for i, row := range want.newRows {
		id := oracle.Of(got.ids[i])
		if row[t.op.table.ID].Valid && row[t.op.table.ID] != id || t.world.Index(t.op.table, id) >= 0 {
			return fmt.Sprintf("got id %q for the row %s", got.ids[i], line(row))
		}
		row[t.op.table.ID] = id
	}
	return ""
}

func differLines(what string, want, got []string) string {
	var missing, extra []string
	for _, l := range want {
		if !slices.Contains(got, l) {
			missing = append(missing, l)
		}
	}
	for _, l := range got {
		if !slices.Contains(want, l) {
			extra = append(extra, l)
		}
	}
	if missing == nil && extra == nil && len(want) == len(got) {
		return ""
	}
	return what + " lacks\n" + indent(missing) + "and has instead\n" + indent(extra)
}

// dumped is the state of w as lines in order, one for each row.
func dumped(w *oracle.World) []string {
	var lines []string
	for _, t := range w.Tables {
		for _, row := range w.Rows[t] {
			lines = append(lines, t.Name+" "+line(row))
		}
	}
	slices.Sort(lines)
	return lines
}

func printed(rows []oracle.Row) []string {
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = line(row)
	}
	return lines
}

// line shows a row, its columns by name.
func line(row oracle.Row) string {
	var b strings.Builder
	columns := make([]string, 0, len(row))
	for c := range row {
		columns = append(columns, c)
	}
	slices.Sort(columns)
	for _, c := range columns {
		if v := row[c]; v.Valid {
			fmt.Fprintf(&b, "%s=%q ", c, v.Text)
		} else {
			fmt.Fprintf(&b, "%s=NULL ", c)
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

func indent(lines []string) string {
	if len(lines) == 0 {
		return "    (none)\n"
	}
	return "    " + strings.Join(lines, "\n    ") + "\n"
}
