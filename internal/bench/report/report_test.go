package report

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

func sample() Report {
	return Report{Command: "make bench", Machine: Machine{Date: "2026-03-01", Cores: 2}, Sections: []Section{{
		Title: "One", Text: "Some <text>.",
		Tables: []measure.Table{{Title: "a & b", Base: "peer", Rows: []measure.Row{
			{Name: "buildkey", Rounds: []float64{50, 60}, Nanoseconds: 55},
			{Name: "peer", Rounds: []float64{100, 120}, Nanoseconds: 110},
		}}},
		Facts: []Fact{{"queries", 2, "statements"}, {"heap", 1.5, "MiB"}},
		Targets: []Target{
			{What: "easy", Limit: 1, Got: 0.5, Unit: "×"},
			{What: "hard", Table: "a & b", Case: "buildkey", Limit: 0.1, Got: 0.5, Unit: "×", Profile: "main.slow\n"},
		},
	}}}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	text := sample().Markdown()
	for _, want := range []string{
		"| buildkey | 55.0 ns | 0.50 (0.50–0.50) |", "| peer | 110 ns | 1.00 |", "| queries | 2 statements |", "| heap | 1.50 MiB |",
		"| easy | 1 × | 0.50 × | met |", "| hard | 0.10 × | 0.50 × | **missed** |", "### a & b: buildkey\n\n```\nmain.slow\n```",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "```"); n != 2 {
		t.Errorf("%d fences, want those of one profile", n)
	}
}

func TestChartIsXML(t *testing.T) {
	t.Parallel()
	chart := sample().Chart()
	for d := xml.NewDecoder(strings.NewReader(chart)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, chart)
		}
	}
	if n := strings.Count(chart, `height="13" fill=`); n != 2 {
		t.Errorf("%d bars, want 2", n)
	}
}

func TestSave(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "results")
	if err := sample().Save(folder); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(folder, "raw.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(raw, &got); err != nil || got.Sections[0].Tables[0].Rows[0].Rounds[1] != 60 {
		t.Errorf("%v in %s", err, raw)
	}
	for _, name := range []string{"report.md", "chart.svg"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestSaveRefusesWhatIsNoFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sample().Save(file); err == nil {
		t.Error("a report was saved into a file")
	}
}

func TestMissedTargetsAreProfiledOnce(t *testing.T) {
	s := sample().Sections[0]
	s.Targets, s.effort.Profile = nil, 20*time.Millisecond
	c := measure.Case{Name: "buildkey", New: func() func() error { return func() error { return nil } }}
	for _, limit := range []float64{1, 0.1, 0.2} {
		if err := s.AimRatio("what", limit, "a & b", "buildkey", "peer", c); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []bool{false, true, false} {
		if got := s.Targets[i].Profile != ""; got != want {
			t.Errorf("target %d has a profile: %v, want %v", i, got, want)
		}
	}
}

func TestAbsentTables(t *testing.T) {
	t.Parallel()
	s := sample().Sections[0]
	if _, err := s.Ratio("absent", "buildkey", "peer"); err == nil {
		t.Error("a ratio of a table that is not there")
	}
	if err := s.AimRatio("what", 1, "a & b", "buildkey", "absent", measure.Case{}); err == nil {
		t.Error("a target for a row that is not there")
	}
}
