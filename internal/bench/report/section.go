package report

import (
	"fmt"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

// Section is what was measured of one question.
type Section struct {
	Title string `json:"title"`
	// Text tells what is compared, and what is not the same about it.
	Text    string          `json:"text"`
	Tables  []measure.Table `json:"tables"`
	Facts   []Fact          `json:"facts,omitempty"`
	Targets []Target        `json:"targets,omitempty"`
	// Load is the load average when the section was done.
	Load float64 `json:"load"`

	effort measure.Effort // of the last Measure
}

// Fact is a figure that is no time per operation.
type Fact struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Measure adds a table for each group.
func (s *Section) Measure(effort measure.Effort, groups ...measure.Group) error {
	for _, group := range groups {
		table, err := measure.Run(effort, group)
		if err != nil {
			return err
		}
		s.effort = effort
		s.Tables = append(s.Tables, table)
	}
	return nil
}

// Ratio is measure.Table.Ratio of the table with that title.
func (s *Section) Ratio(title, name, over string) (float64, error) {
	table, err := s.table(title)
	if err != nil {
		return 0, err
	}
	return table.Ratio(name, over)
}

// Row is measure.Table.Row of the table with that title.
func (s *Section) Row(title, name string) (measure.Row, error) {
	table, err := s.table(title)
	if err != nil {
		return measure.Row{}, err
	}
	return table.Row(name)
}

func (s *Section) table(title string) (measure.Table, error) {
	for _, table := range s.Tables {
		if table.Title == title {
			return table, nil
		}
	}
	return measure.Table{}, fmt.Errorf("report: the section %q has no table %q", s.Title, title)
}
