package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// TestRun is the whole program, in small. It is given a server as make bench gives one.
func TestRun(t *testing.T) {
	if os.Getenv(dbtest.Variable) == "" {
		t.Setenv(dbtest.Variable, dbtest.PostgresDSN(t))
	}
	once := measure.Effort{Rounds: 1, Turn: time.Microsecond, Profile: 20 * time.Millisecond}
	folder := filepath.Join(t.TempDir(), "results")
	err := run(t.Context(), settings{
		command: "go test", folder: folder, out: io.Discard, inMemory: once, asking: once,
		callers: []int{1, 3}, rows: []int{200}, keys: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"## 1.", "## 2.", "## 3.", "## 4.", "## 5.", "## 6.", "## 7.", "golang-jwt/jwt/v5", "PostgreSQL 1"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

func TestRunNeedsPostgres(t *testing.T) {
	t.Setenv(dbtest.Variable, "")
	if err := run(t.Context(), settingsOf(true)); err == nil || !strings.Contains(err.Error(), "make bench") {
		t.Errorf("run = %v, want an error that says how to get a server", err)
	}
}
