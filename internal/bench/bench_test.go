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

func TestOneSectionIsRunAlone(t *testing.T) {
	t.Parallel()
	for only, want := range map[string]int{"": 7, "serving": 1} {
		sections, err := (&bench{settings: settingsOf(true, only)}).sections()
		if err != nil || len(sections) != want {
			t.Errorf("%q: %d sections, %v", only, len(sections), err)
		}
	}
	if _, err := (&bench{settings: settingsOf(true, "absent")}).sections(); err == nil {
		t.Error("a section that is not there is no error")
	}
}

func TestOnlyAWholeRunIsKept(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		quick bool
		only  string
		kept  bool
	}{{false, "", true}, {true, "", false}, {false, "serving", false}, {true, "serving", false}} {
		if s := settingsOf(row.quick, row.only); (s.folder == "results") != row.kept {
			t.Errorf("%s is kept in %s", s.command, s.folder)
		}
	}
}

func TestRunNeedsPostgres(t *testing.T) {
	t.Setenv(dbtest.Variable, "")
	if err := run(t.Context(), settingsOf(true, "")); err == nil || !strings.Contains(err.Error(), "make bench") {
		t.Errorf("run = %v, want an error that says how to get a server", err)
	}
}
