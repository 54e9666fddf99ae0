package measure

import (
	"fmt"
	"slices"
)

// Table is what was measured of a Group.
type Table struct {
	Title    string `json:"title"`
	Base     string `json:"base"`
	Parallel bool   `json:"parallel"`
	Rows     []Row  `json:"rows"`
}

// Row is what was measured of a Case.
type Row struct {
	Name string `json:"name"`
	Note string `json:"note,omitempty"`
	// Rounds are the nanoseconds per operation of each round.
	Rounds []float64 `json:"ns_per_op_by_round"`
	// Nanoseconds is their median.
	Nanoseconds float64 `json:"ns_per_op"`
	// Allocations and Bytes are those of one operation, the least of all rounds: what
	// happens beside it can only add to them.
	Allocations int64 `json:"allocs_per_op"`
	Bytes       int64 `json:"bytes_per_op"`
}

// Row returns the row of that name. A name that is not there is an error.
func (t Table) Row(name string) (Row, error) {
	i := slices.IndexFunc(t.Rows, func(r Row) bool { return r.Name == name })
	if i < 0 {
		return Row{}, fmt.Errorf("measure: the table %q has no row %q", t.Title, name)
	}
	return t.Rows[i], nil
}

// Ratio is how many times as long as over the case takes: the median of the rounds'
// own ratios. A name that is not there is an error.
func (t Table) Ratio(name, over string) (float64, error) {
	ratios, err := t.ratios(name, over)
	return Median(ratios), err
}

// Spread is between which two the middle half of the rounds' own ratios lies. A name
// that is not there is an error.
func (t Table) Spread(name, over string) (from, to float64, err error) {
	ratios, err := t.ratios(name, over)
	if err != nil || len(ratios) == 0 {
		return 0, 0, err
	}
	slices.Sort(ratios)
	last := len(ratios) - 1
	return ratios[last/4], ratios[last-last/4], nil
}

func (t Table) ratios(name, over string) ([]float64, error) {
	a, err := t.Row(name)
	if err != nil {
		return nil, err
	}
	b, err := t.Row(over)
	if err != nil {
		return nil, err
	}
	ratios := make([]float64, len(a.Rounds))
	for i := range ratios {
		ratios[i] = a.Rounds[i] / b.Rounds[i]
	}
	return ratios, nil
}

// Median is the middle value, or the mean of the two in the middle. It is 0 for no
// values, and leaves them in their order.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
