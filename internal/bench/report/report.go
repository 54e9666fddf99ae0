package report

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// Report is one run.
type Report struct {
	// Command is what made it.
	Command  string    `json:"command"`
	Machine  Machine   `json:"machine"`
	Sections []Section `json:"sections"`
}

// Save writes report.md, raw.json and chart.svg into a folder, which it makes.
func (r Report) Save(folder string) error {
	raw, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(folder, 0o755),
		os.WriteFile(filepath.Join(folder, "report.md"), []byte(r.Markdown()), 0o644),
		os.WriteFile(filepath.Join(folder, "raw.json"), append(raw, '\n'), 0o644),
		os.WriteFile(filepath.Join(folder, "chart.svg"), []byte(r.Chart()), 0o644),
	)
}
