package rules

import (
	"errors"
	"fmt"

	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/internal/bench/report"
)

// Sizes are the numbers of keys, and of rules about them.
var Sizes = []int{1, 100, 10_000}

// Section measures two expressions with each of the Sizes. It is an error when the
// engines do not agree on what they mean.
func Section(effort measure.Effort) (report.Section, error) {
	section := report.Section{
		Title: "3. Permission",
		Text: fmt.Sprintf("A PATCH with a key that may, by up to %d of the keys in turn, drawn at random. Requests, entities and rules are made beforehand. "+
			"All engines agreed on a truth table of %d callers for each expression before the first measurement. casbin and cedar "+
			"are measured in two ways: deciding by attributes, which is their fast path, and with a rule for each key.",
			askers, len(everybody())),
	}
	for _, x := range []expression{route(), deep()} {
		if err := agree(x); err != nil {
			return section, err
		}
		for _, size := range Sizes {
			group, err := compare(x, size)
			if err != nil {
				return section, err
			}
			if err := section.Measure(effort, group); err != nil {
				return section, err
			}
		}
	}
	return section, aim(&section)
}

// agree asks every engine for its truth table.
func agree(x expression) error {
	for _, e := range engines() {
		if err := e.agree(x); err != nil {
			return err
		}
	}
	return nil
}

func title(x expression, size int) string { return fmt.Sprintf("%s, %d keys", x.title, size) }

// compare readies every engine for that many keys, and asks it once for each caller
// that will come, so that what remembers does.
func compare(x expression, size int) (measure.Group, error) {
	group := measure.Group{Title: title(x, size), Base: "buildkey"}
	callers, asked := builders(size), sample(size)
	for _, e := range engines() {
		decide, err := e.ready(x, callers)
		if err != nil {
			return group, err
		}
		c := measure.Case{Name: e.name, Note: e.note, New: inTurn(decide, asked)}
		if err := warm(c, len(asked)); err != nil {
			return group, err
		}
		group.Cases = append(group.Cases, c)
	}
	return group, nil
}

func aim(s *report.Section) error {
	few, many := title(route(), Sizes[0]), title(route(), Sizes[len(Sizes)-1])
	group, err := compare(route(), 1)
	if err != nil {
		return err
	}
	ours := group.Cases[0]
	one, errOne := s.Row(few, ours.Name)
	last, errLast := s.Row(many, ours.Name)
	if err := errors.Join(errOne, errLast); err != nil {
		return err
	}
	return errors.Join(
		s.Aim(report.Target{What: "permission (a), 1 key", Limit: 80, Got: one.Nanoseconds, Unit: "ns"}, ours),
		s.Aim(report.Target{What: "permission (a), 10,000 keys", Limit: 80, Got: last.Nanoseconds, Unit: "ns"}, ours),
		s.Aim(report.Target{What: "permission (a)", Limit: 0, Got: float64(one.Allocations), Unit: "allocations"}, ours),
		s.AimRatio("permission (a), of cedar by attributes", 0.1, few, ours.Name, "cedar, facts", ours),
	)
}
