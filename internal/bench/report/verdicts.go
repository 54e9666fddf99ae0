package report

import (
	"fmt"
	"strings"
)

// Targets lists what was aimed at, met or missed.
func (r Report) Targets() string {
	var b strings.Builder
	b.WriteString("\n## Targets\n\n| | at most | measured | |\n|---|---:|---:|---|\n")
	for _, s := range r.Sections {
		for _, t := range s.Targets {
			verdict := "met"
			if !t.Met() {
				verdict = "**missed**"
			}
			fmt.Fprintf(&b, "| %s | %s %s | %s %s | %s |\n", t.What, count(t.Limit), t.Unit, count(t.Got), t.Unit, verdict)
		}
	}
	return b.String()
}

// writeProfiles shows where the time goes for each target that was missed.
func (r Report) writeProfiles(b *strings.Builder) {
	b.WriteString("\n## Where the time goes\n\nA CPU profile of each row that missed a target: the functions by the time in them and in what they call.\n")
	for _, s := range r.Sections {
		for _, t := range s.Targets {
			if t.Profile != "" {
				fmt.Fprintf(b, "\n### %s: %s\n\n```\n%s```\n", t.Table, t.Case, t.Profile)
			}
		}
	}
}
