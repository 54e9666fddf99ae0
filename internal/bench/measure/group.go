package measure

import "time"

// Case is one way to do the work of its Group.
type Case struct {
	Name string
	// Note says what this way does and does not do, for readers who compare.
	Note string
	// New readies the work for one goroutine and returns it. Each call of what it
	// returns is one operation. An error ends the measurement.
	New func() func() error
}

// Group is a set of cases that are measured against each other.
type Group struct {
	Title string
	// Base names the case that the others are compared with.
	Base string
	// Parallel runs each case on all processors at once.
	Parallel bool
	Cases    []Case
}

// Effort is how long a Group is measured.
type Effort struct {
	// Rounds is how often each case gets its turn.
	Rounds int
	// Turn is about how long a turn takes. What waits for another process needs many
	// short ones: on which processor that one wakes can stay the same for a while.
	Turn time.Duration
	// Profile is how long a profile of a case is taken.
	Profile time.Duration
}
