package measure

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"
)

var short = Effort{Rounds: 3, Turn: time.Millisecond}

var kept []byte

func working(name string, bytes int) Case {
	return Case{Name: name, New: func() func() error {
		return func() error {
			kept = make([]byte, bytes)
			return nil
		}
	}}
}

// TestRun is not parallel: a Run has the processors and the flag to itself.
func TestRun(t *testing.T) {
	for _, parallel := range []bool{false, true} {
		table, err := Run(short, Group{Title: "work", Base: "less", Parallel: parallel,
			Cases: []Case{working("less", 64), working("more", 1<<20)}})
		if err != nil {
			t.Fatal(err)
		}
		ratio, err := table.Ratio("more", "less")
		if err != nil || ratio <= 1 {
			t.Errorf("parallel %v: a MiB takes %v times as long as 64 bytes, %v", parallel, ratio, err)
		}
		more, err := table.Row("more")
		if err != nil || more.Allocations < 1 || more.Bytes < 1<<20 || len(more.Rounds) != short.Rounds {
			t.Errorf("parallel %v: %+v, %v", parallel, more, err)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	broken := errors.New("broken")
	failing := Case{Name: "failing", New: func() func() error { return func() error { return broken } }}
	for _, row := range []struct {
		name  string
		group Group
		want  string
	}{
		{"a failing operation", Group{Title: "g", Base: "failing", Cases: []Case{failing}}, "g: failing: broken"},
		{"a failing operation in parallel", Group{Title: "g", Base: "failing", Parallel: true, Cases: []Case{failing}}, "g: failing: broken"},
		{"a base that is none of the cases", Group{Title: "g", Base: "absent", Cases: []Case{failing}}, `no row "absent"`},
		{"no cases", Group{Title: "g", Base: "absent"}, `no row "absent"`},
	} {
		if _, err := Run(short, row.group); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want an error with %q", row.name, err, row.want)
		}
	}
}

func TestRatioIsTakenWithinRounds(t *testing.T) {
	t.Parallel()
	// The machine was ten times as slow in the second round, for both.
	table := Table{Rows: []Row{{Name: "a", Rounds: []float64{2, 20, 2}}, {Name: "b", Rounds: []float64{1, 10, 1}}}}
	if got, err := table.Ratio("a", "b"); got != 2 || err != nil {
		t.Errorf("ratio %v, %v", got, err)
	}
	if _, err := table.Ratio("a", "c"); err == nil {
		t.Error("the ratio to a row that is not there is no error")
	}
	if _, err := table.Ratio("c", "a"); err == nil {
		t.Error("the ratio of a row that is not there is no error")
	}
}

func TestSpreadIsOfTheMiddleHalf(t *testing.T) {
	t.Parallel()
	table := Table{Rows: []Row{{Name: "a", Rounds: []float64{5, 1, 2, 100, 4}}, {Name: "b", Rounds: []float64{1, 1, 1, 1, 1}}}}
	if from, to, err := table.Spread("a", "b"); from != 2 || to != 5 || err != nil {
		t.Errorf("the spread is from %v to %v, %v", from, to, err)
	}
	if _, _, err := table.Spread("a", "c"); err == nil {
		t.Error("the spread against a row that is not there is no error")
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{9, 1, 5, 7}, 6}} {
		if got := Median(row.values); got != row.want {
			t.Errorf("Median(%v) = %v, want %v", row.values, got, row.want)
		}
	}
}

func TestProfileNamesFunctions(t *testing.T) {
	hashing := Case{Name: "hashing", New: func() func() error {
		return func() error {
			sum := sha256.Sum256(make([]byte, 1<<20))
			kept = sum[:]
			return nil
		}
	}}
	text, err := Profile(hashing, 500*time.Millisecond)
	if err != nil || !strings.Contains(text, "sha256.Sum256") {
		t.Errorf("%v in %s", err, text)
	}
}
