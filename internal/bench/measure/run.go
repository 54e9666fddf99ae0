package measure

import (
	"flag"
	"fmt"
	"math"
	"testing"
)

// Run measures a group. It is an error when an operation fails, or the group's Base
// is none of its cases. One Run at a time.
func Run(effort Effort, group Group) (Table, error) {
	if err := flag.Set("test.benchtime", effort.Turn.String()); err != nil {
		return Table{}, fmt.Errorf("measure: a turn of %v: %w", effort.Turn, err)
	}
	table := Table{Title: group.Title, Base: group.Base, Parallel: group.Parallel, Rows: make([]Row, len(group.Cases))}
	for i, c := range group.Cases {
		table.Rows[i] = Row{Name: c.Name, Note: c.Note, Rounds: make([]float64, effort.Rounds)}
	}
	if _, err := table.Row(group.Base); err != nil {
		return Table{}, err
	}
	for round := range effort.Rounds {
		for i := range group.Cases {
			i = (i + round) % len(group.Cases)
			if err := table.Rows[i].turn(round, group.Cases[i], group.Parallel); err != nil {
				return Table{}, fmt.Errorf("measure: %s: %s: %w", group.Title, group.Cases[i].Name, err)
			}
		}
	}
	for i := range table.Rows {
		table.Rows[i].Nanoseconds = Median(table.Rows[i].Rounds)
	}
	return table, nil
}

// turn measures one case once.
func (r *Row) turn(round int, c Case, parallel bool) error {
	result, err := benchmark(c, parallel)
	if err != nil {
		return err
	}
	r.Rounds[round] = tenths(float64(result.T.Nanoseconds()) / float64(result.N))
	if round == 0 {
		r.Allocations, r.Bytes = result.AllocsPerOp(), result.AllocedBytesPerOp()
	}
	r.Allocations = min(r.Allocations, result.AllocsPerOp())
	r.Bytes = min(r.Bytes, result.AllocedBytesPerOp())
	return nil
}

// tenths keeps the raw numbers short.
func tenths(ns float64) float64 { return math.Round(ns*10) / 10 }

func benchmark(c Case, parallel bool) (testing.BenchmarkResult, error) {
	var failed failure
	result := testing.Benchmark(func(b *testing.B) {
		if parallel {
			b.RunParallel(func(pb *testing.PB) { failed.keep(whilst(c.New(), pb.Next)) })
		} else {
			failed.keep(whilst(c.New(), b.Loop))
		}
		if failed.err() != nil {
			b.FailNow()
		}
	})
	return result, failed.err()
}

// whilst runs op for as long as more is true.
func whilst(op func() error, more func() bool) error {
	for more() {
		if err := op(); err != nil {
			return err
		}
	}
	return nil
}
