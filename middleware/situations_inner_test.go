package middleware

import "testing"

// TestTheLastRowHoldsForEverything, so that every error has an answer.
func TestTheLastRowHoldsForEverything(t *testing.T) {
	t.Parallel()
	last := situations[len(situations)-1]
	if !last.holds(nil, false) || last.status != 500 || last.token != "" {
		t.Errorf("%+v", last)
	}
}
