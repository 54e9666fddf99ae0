package server

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
)

// TestRunTimeIsNeverNegative: a worker's clock may be set back, and what GET
// answers then is accepted as it is.
func TestRunTimeIsNeverNegative(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		w := newWorld(t, db)
		for times, want := range map[string]any{
			`"start_time": "2026-01-05T10:00:05Z", "end_time": "2026-01-05T10:00:00Z", "run_time": null`:   nil,
			`"start_time": "2026-01-05T10:00:00Z", "end_time": "2026-01-05T10:00:00Z", "run_time": null`:   0.0,
			`"start_time": "2026-01-05T10:00:00Z", "end_time": "2026-01-05T10:00:02.5Z", "run_time": null`: 2.5,
			`"start_time": "2026-01-05T10:00:05Z", "end_time": "2026-01-05T10:00:00Z", "run_time": 1.5`:    1.5,
		} {
			got := w.do("kb", "PATCH", "command/1001/", `{`+times+`}`)
			if took := got.want(200).json()["run_time"]; took != want {
				t.Errorf("%s: %v, want %v", times, took, want)
			}
			w.do("kb", "PATCH", "command/1001/", got.text).want(200)
		}
	})
}
