package report

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

// The chart's measures, in pixels.
const (
	lineHeight  = 18
	chartWidth  = 1000
	labelWidth  = 330
	decade      = 75 // of a factor of ten
	shortestBar = 1.0
)

// Chart is an SVG with a bar for each row of each table, on a logarithmic scale of
// nanoseconds, so that equal ratios are equal lengths.
func (r Report) Chart() string {
	var bars strings.Builder
	y := 2 * lineHeight
	fmt.Fprintf(&bars, `<text x="10" y="20" font-weight="bold">Time per operation, logarithmic, %s</text>`+"\n", escape(r.Machine.Date))
	for _, s := range r.Sections {
		for _, t := range s.Tables {
			y = drawTable(&bars, t, y+lineHeight)
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+
		"\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n%s</svg>\n", chartWidth, y+lineHeight, bars.String())
}

// drawTable draws from y on and returns where it ended.
func drawTable(b *strings.Builder, t measure.Table, y int) int {
	fmt.Fprintf(b, `<text x="10" y="%d" font-weight="bold">%s</text>`+"\n", y, escape(t.Title+inParallel(t)))
	for _, row := range t.Rows {
		y += lineHeight
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, labelWidth-8, y, escape(row.Name))
		length := barLength(row.Nanoseconds)
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, labelWidth, y-11, length, lineHeight-5, color(row.Name))
		ratio, _ := t.Ratio(row.Name, t.Base) // both are rows of this table
		fmt.Fprintf(b, `<text x="%.1f" y="%d">%s (× %s)</text>`+"\n", labelWidth+length+6, y, duration(row.Nanoseconds), number(ratio))
	}
	return y + lineHeight
}

func barLength(ns float64) float64 { return max(shortestBar, decade*math.Log10(max(ns, 1))) }

// color tells this library's bars from the others.
func color(name string) string {
	if strings.HasPrefix(name, "buildkey") {
		return "#2a6f97"
	}
	return "#b8b8b8"
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}
