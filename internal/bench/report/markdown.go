package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

// Markdown is the report to read.
func (r Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmarks\n\nMade by `%s` on %s: %d cores, %.1f GB of memory, %s, %s.\n\n", r.Command, r.Machine.Date,
		r.Machine.Cores, r.Machine.MemoryGB, r.Machine.System, r.Machine.Go)
	b.WriteString("Within a table the rows took turns, so that they were measured under the same load. A time is the median of\n" +
		"all turns. A ratio is the median of the ratios within each turn, and behind it stands between which two the middle half\n" +
		"of those lies; × 2 takes twice as long. Ratios can be compared with those of another machine, times cannot. The numbers of every turn are in raw.json.\n\n![all times](chart.svg)\n\n")
	for _, v := range r.Machine.Versions {
		fmt.Fprintf(&b, "- %s %s\n", v.Name, v.Version)
	}
	b.WriteString(r.Targets())
	for _, s := range r.Sections {
		b.WriteString(s.Markdown())
	}
	r.writeProfiles(&b)
	return b.String()
}

// Markdown is the section with its tables.
func (s Section) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n%s\n\nThe load average was %s when this was done.\n", s.Title, s.Text, number(s.Load))
	for _, t := range s.Tables {
		writeTable(&b, t)
	}
	if len(s.Facts) > 0 {
		b.WriteString("\n| | |\n|---|---:|\n")
	}
	for _, f := range s.Facts {
		fmt.Fprintf(&b, "| %s | %s %s |\n", f.Name, count(f.Value), f.Unit)
	}
	return b.String()
}

func writeTable(b *strings.Builder, t measure.Table) {
	fmt.Fprintf(b, "\n### %s%s\n\n| | time | × %s | allocations | bytes | |\n|---|---:|---:|---:|---:|---|\n",
		t.Title, inParallel(t), t.Base)
	for _, row := range t.Rows {
		fmt.Fprintf(b, "| %s | %s | %s | %d | %d | %s |\n", row.Name, duration(row.Nanoseconds), ratio(t, row.Name),
			row.Allocations, row.Bytes, row.Note)
	}
}

// ratio of a row to its table's base, with the spread.
func ratio(t measure.Table, name string) string {
	median, _ := t.Ratio(name, t.Base) // both are rows of this table
	if name == t.Base {
		return number(median)
	}
	from, to, _ := t.Spread(name, t.Base)
	return fmt.Sprintf("%s (%s–%s)", number(median), number(from), number(to))
}

func inParallel(t measure.Table) string {
	if t.Parallel {
		return " (parallel, time per operation of all processors together)"
	}
	return ""
}

// count is a figure that may be a whole number.
func count(v float64) string {
	if v == math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return number(v)
}

// number has three digits that mean something.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 0.1 || v == 0:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.2g", v)
}

func duration(ns float64) string {
	switch {
	case ns >= 1e6:
		return number(ns/1e6) + " ms"
	case ns >= 1e3:
		return number(ns/1e3) + " µs"
	}
	return number(ns) + " ns"
}
