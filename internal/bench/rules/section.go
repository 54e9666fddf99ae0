package rules

import (
	"errors"
	"fmt"

	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/internal/bench/report"
)

// Section measures two expressions with those numbers of keys, and of rules about them.
// It is an error when the engines do not agree on what the expressions mean.
func Section(effort measure.Effort, sizes []int) (report.Section, error) {
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
		for _, size := range sizes {
			group, err := compare(x, size)
			if err != nil {
				return section, err
			}
			if err := section.Measure(effort, group); err != nil {
				return section, err
			}
		}
	}
	return section, aim(&section, sizes)
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

// aim adds the targets, which are about the first expression.
func aim(s *report.Section, sizes []int) error {
	var err error
	for _, size := range sizes {
		err = errors.Join(err, aimAt(s, size))
	}
	return err
}

func aimAt(s *report.Section, size int) error {
	decide, err := readyOurs(route(), builders(size))
	if err != nil {
		return err
	}
	ours := measure.Case{Name: "buildkey", New: inTurn(decide, sample(size))}
	table, what := title(route(), size), fmt.Sprintf("permission (a), %d keys", size)
	row, err := s.Row(table, ours.Name)
	if err != nil {
		return err
	}
	return errors.Join(
		s.Aim(report.Target{What: what, Table: table, Limit: 80, Got: row.Nanoseconds, Unit: "ns"}, ours),
		s.Aim(report.Target{What: what, Table: table, Got: float64(row.Allocations), Unit: "allocations"}, ours),
		s.AimRatio(what+", of cedar by attributes", 0.1, table, ours.Name, "cedar, facts", ours),
	)
}
