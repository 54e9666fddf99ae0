package report

import (
	"slices"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

// Target is a figure that was aimed at.
type Target struct {
	What string `json:"what"`
	// Table is the title of the table that the figure is from, and Case the row.
	Table string `json:"table"`
	Case  string `json:"case"`
	// Limit is the most that Got may be.
	Limit float64 `json:"limit"`
	Got   float64 `json:"got"`
	Unit  string  `json:"unit"`
	// Profile tells where the time goes when the target is missed. It is empty where
	// another target of the same Table and Case has it.
	Profile string `json:"profile,omitempty"`
}

// Met tells whether the figure was reached.
func (t Target) Met() bool { return t.Got <= t.Limit }

// Aim adds a target. When it is missed, c, which is its Case, is run again under
// a profile.
func (s *Section) Aim(t Target, c measure.Case) error {
	t.Case = c.Name
	if !t.Met() && !s.profiled(t) {
		profile, err := measure.Profile(c, s.effort.Profile)
		if err != nil {
			return err
		}
		t.Profile = profile
	}
	s.Targets = append(s.Targets, t)
	return nil
}

func (s *Section) profiled(t Target) bool {
	return slices.ContainsFunc(s.Targets, func(o Target) bool {
		return o.Profile != "" && o.Table == t.Table && o.Case == t.Case
	})
}

// AimRatio adds a target for the ratio of two rows of the table with that title.
func (s *Section) AimRatio(what string, limit float64, title, name, over string, c measure.Case) error {
	got, err := s.Ratio(title, name, over)
	if err != nil {
		return err
	}
	return s.Aim(Target{What: what, Table: title, Limit: limit, Got: got, Unit: "×"}, c)
}
