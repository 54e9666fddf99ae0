package report

import "github.com/buildkey/buildkey/internal/bench/measure"

// Target is a figure that was aimed at.
type Target struct {
	What string `json:"what"`
	// Limit is the most that Got may be.
	Limit float64 `json:"limit"`
	Got   float64 `json:"got"`
	Unit  string  `json:"unit"`
	// Profile tells where the time goes when the target is missed.
	Profile string `json:"profile,omitempty"`
}

// Met tells whether the figure was reached.
func (t Target) Met() bool { return t.Got <= t.Limit }

// profiledTurns is how many turns of the section's effort a profile takes.
const profiledTurns = 20

// Aim adds a target. When it is missed, c is run again under a profile.
func (s *Section) Aim(t Target, c measure.Case) error {
	if !t.Met() {
		profile, err := measure.Profile(c, profiledTurns*s.turn)
		if err != nil {
			return err
		}
		t.Profile = profile
	}
	s.Targets = append(s.Targets, t)
	return nil
}

// AimRatio adds a target for the ratio of two rows of the table with that title.
func (s *Section) AimRatio(what string, limit float64, title, name, over string, c measure.Case) error {
	got, err := s.Ratio(title, name, over)
	if err != nil {
		return err
	}
	return s.Aim(Target{What: what, Limit: limit, Got: got, Unit: "×"}, c)
}
