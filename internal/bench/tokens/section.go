package tokens

import (
	"errors"
	"fmt"

	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/internal/bench/report"
)

// Section measures good tokens and three kinds of bad ones.
func Section(effort measure.Effort) (report.Section, error) {
	section := report.Section{
		Title: "1. Token check without I/O",
		Text: "What is left of a check once everything it needs is in memory. A JWT carries its claims and is believed until " +
			"it expires; a build API key is looked up, so this is the part of its check beside the look-up.",
	}
	groups, err := groups()
	if err != nil {
		return section, err
	}
	return section, section.Measure(effort, groups...)
}

func groups() ([]measure.Group, error) {
	ours, err := newBuildkey()
	hs, errHS := newHS256()
	es, errES := newES256()
	if err := errors.Join(err, errHS, errES); err != nil {
		return nil, err
	}
	schemes := []scheme{ours, hs, es}
	return []measure.Group{
		group("A good token", schemes, func(s scheme) string { return s.good }, true),
		group("Garbage of the same length", schemes, scheme.garbage, false),
		group("A mistyped token: wrong checksum, or wrong signature", schemes, scheme.mistyped, false),
		group("A forged token: right checksum and wrong secret, or signed with another key", schemes,
			func(s scheme) string { return s.forged }, false),
	}, nil
}

func group(title string, schemes []scheme, token func(scheme) string, want bool) measure.Group {
	g := measure.Group{Title: title, Base: schemes[0].name}
	for _, s := range schemes {
		raw := token(s)
		wrong := fmt.Errorf("tokens: %s accepts %s: %v, want %v", s.name, title, !want, want)
		op := func() error {
			if s.accepts(raw) != want {
				return wrong
			}
			return nil
		}
		g.Cases = append(g.Cases, measure.Case{Name: s.name, Note: s.note, New: func() func() error { return op }})
	}
	return g
}
