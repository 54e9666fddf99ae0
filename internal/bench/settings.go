package main

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

// settings are how much is measured, and where the report goes.
type settings struct {
	command string
	only    string // the section to measure, "" for all
	folder  string
	out     io.Writer
	// inMemory is the effort for what takes nanoseconds, asking for what asks a
	// database or a server.
	inMemory, asking measure.Effort
	// callers are the numbers of keys that permissions are decided about, rows the
	// sizes of the table that is read, keys how many are remembered.
	callers, rows []int
	keys          int
}

// settingsOf are those of a whole run, or of a quick one, or of one section's. Only
// those of a whole run replace the results that are kept.
func settingsOf(quick bool, only string) settings {
	s := settings{
		command: "make bench", only: only, folder: "results", out: os.Stdout,
		inMemory: measure.Effort{Rounds: 11, Turn: 150 * time.Millisecond, Profile: 3 * time.Second},
		asking:   measure.Effort{Rounds: 401, Turn: 10 * time.Millisecond, Profile: 3 * time.Second},
		callers:  []int{1, 100, 10_000}, rows: []int{10_000, 100_000, 1_000_000}, keys: 100_000,
	}
	if only != "" {
		s.command, s.folder = "ONLY="+only+" "+s.command, filepath.Join(os.TempDir(), "buildkey-bench-"+only)
	}
	if quick {
		s.command, s.folder = "QUICK=1 "+s.command, filepath.Join(os.TempDir(), "buildkey-bench-quick")
		s.inMemory = measure.Effort{Rounds: 3, Turn: 40 * time.Millisecond, Profile: time.Second}
		s.asking = measure.Effort{Rounds: 41, Turn: 10 * time.Millisecond, Profile: time.Second}
		s.keys = 10_000
	}
	return s
}

// peers are the modules whose versions the report names.
var peers = []string{
	"github.com/golang-jwt/jwt/v5", "github.com/go-chi/jwtauth/v5", "github.com/auth0/go-jwt-middleware/v2",
	"github.com/casbin/casbin/v2", "github.com/cedar-policy/cedar-go", "github.com/Masterminds/squirrel",
	"github.com/jmoiron/sqlx", "github.com/lib/pq", "modernc.org/sqlite",
}
