package rules

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

// askers is how many of the keys are asked about. They are drawn anew for each size
// and alike in each run, so that no engine is asked about its first rules only.
const askers = 500

// sample draws from the numbers below size, each once.
func sample(size int) []int {
	return rand.New(rand.NewPCG(1, uint64(size))).Perm(size)[:min(size, askers)]
}

var errDenied = errors.New("rules: a key that may was denied")

// inTurn decides about one caller after the other.
func inTurn(decide decide, asked []int) func() func() error {
	return func() func() error {
		next := 0
		return func() error {
			ok, err := decide(asked[next])
			if next++; next == len(asked) {
				next = 0
			}
			if err == nil && !ok {
				return errDenied
			}
			return err
		}
	}
}

// warm runs a case that many times.
func warm(c measure.Case, times int) error {
	op := c.New()
	for range times {
		if err := op(); err != nil {
			return fmt.Errorf("rules: %s: %w", c.Name, err)
		}
	}
	return nil
}
