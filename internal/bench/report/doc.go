// Package report turns what was measured into a page to read (Markdown), the numbers
// behind it (JSON) and a chart (SVG).
package report
