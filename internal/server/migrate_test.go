package server

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
)

func TestSchemaNewerThanTheProgram(t *testing.T) {
	t.Parallel()
	for _, table := range []string{versionTable, "buildkey_schema"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
				w := emptyWorld(t, db)
				w.exec("INSERT INTO " + table + " (version_id, is_applied) VALUES (99, true)")
				_, err := New(t.Context(), db, quiet(""))
				if err == nil || !strings.Contains(err.Error(), "99") || strings.Contains(err.Error(), "\n") {
					t.Errorf("a schema of tomorrow: %v", err)
				}
			})
		})
	}
}

func TestMigrateSaysWhatChanged(t *testing.T) {
	t.Parallel()
	databaseURL := fileURL(t)
	first, err := Migrate(t.Context(), databaseURL)
	if err != nil || len(first) != 2 {
		t.Errorf("the first time: %q, %v", first, err)
	}
	if again, err := Migrate(t.Context(), databaseURL); err != nil || len(again) != 0 {
		t.Errorf("the second time: %q, %v", again, err)
	}
}

// TestMigrationsAtOnce: only who made a migration says so.
func TestMigrationsAtOnce(t *testing.T) {
	t.Parallel()
	databaseURL := dbtest.PostgresDSN(t)
	var all sync.WaitGroup
	var said sync.Map // each migration
	for range 4 {
		all.Go(func() {
			changes, err := Migrate(t.Context(), databaseURL)
			if err != nil {
				t.Error(err)
			}
			for _, change := range changes {
				what, steps, _ := strings.Cut(change, ":")
				var from, to int
				if _, err := fmt.Sscanf(steps, " from schema %d to %d", &from, &to); err != nil || from >= to {
					t.Errorf("it says %q: %v", change, err)
				}
				for ; from < to; from++ {
					if _, twice := said.LoadOrStore(fmt.Sprint(what, from), true); twice {
						t.Errorf("two say that they made the step from %d of %s", from, what)
					}
				}
			}
		})
	}
	all.Wait()
	if _, ok := said.Load("builds0"); !ok {
		t.Error("nobody says that the schema of builds was made")
	}
}
