package queryset_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// preparedOn counts the statements that the one connection of db has prepared.
func preparedOn(t *testing.T, db sqlx.Queryer) (n int) {
	t.Helper()
	const count = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM \"%' OR statement LIKE '%INTO \"%'"
	if err := sqlx.Get(db, &n, count); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPreparedOnce: one statement for each table, level and shape, however often
// and by however many it is used.
func TestPreparedOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	db.SetMaxOpenConns(1)
	fill(t, db)
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			k := keyOf("1", apikey.ID(fmt.Sprint(i%2+1)), "")
			if err := builds.ForKey(k).Get(t.Context(), db, &build{}, i%2*3+1); err != nil {
				t.Error(err)
			}
			if _, err := builds.ForKey(k).Where("id > ?", i).Limit(i).Count(t.Context(), db); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := preparedOn(t, db); n != 2 {
		t.Errorf("%d statements for two shapes", n)
	}
	if _, err := builds.ForKey(linked(keyOf("1", "2", ""), "2", "build:read")).Count(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if n := preparedOn(t, db); n != 3 {
		t.Errorf("%d statements: a key with links has its own", n)
	}
}

// TestStatementsAreBounded: conditions made at run time push each other out.
func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		q := builds.ForKey(keyOf("1", "", ""))
		if db.DriverName() == "postgres" {
			db.SetMaxOpenConns(1)
		}
		for i := range queryset.MaxStatements + 50 {
			if n, err := q.Where(fmt.Sprintf("id <> %d", 100+i)).Count(t.Context(), db); err != nil || n != 6 {
				t.Fatal(n, err)
			}
		}
		if n := queryset.Remembered(db); n != queryset.MaxStatements {
			t.Errorf("%d statements are kept", n)
		}
		if db.DriverName() == "postgres" {
			if n := preparedOn(t, db); n > queryset.MaxStatements {
				t.Errorf("%d statements stay prepared", n)
			}
		}
	})
}

// TestStatementsPushedOutInUse: a statement that others push out works on for
// who is using it.
func TestStatementsPushedOutInUse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		q := builds.ForKey(keyOf("1", "", ""))
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				for n := range 150 {
					if n, err := q.Where(fmt.Sprintf("id <> %d", 100+i*n)).Count(t.Context(), db); err != nil || n != 6 {
						t.Errorf("%d, %v", n, err)
					}
				}
			})
		}
		wait.Wait()
	})
}

// TestSchemaChanges: what was learned and prepared is learned and prepared again
// when the table is not what it was.
func TestSchemaChanges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		open := *builds
		open.Read, open.Write = nil, []string{"state", "colour"}
		q := (&open).ForKey(keyOf("1", "", ""))
		type coloured struct {
			ID     int64  `db:"id"`
			Colour string `db:"colour"`
		}
		get := func(want string) {
			t.Helper()
			if err := q.Get(t.Context(), db, &build{}, 1); err != nil {
				t.Errorf("after %s: %v", want, err)
			}
		}
		exec(t, db, "ALTER TABLE builds ADD COLUMN colour text DEFAULT 'red'")
		get("a column more")
		var row coloured
		if err := q.Get(t.Context(), db, &row, 1); err != nil || row.Colour != "red" {
			t.Errorf("a new column: %+v, %v", row, err)
		}
		exec(t, db, "ALTER TABLE builds DROP COLUMN length")
		m := map[string]any{}
		for range 2 {
			if err := q.Get(t.Context(), db, m, 1); err != nil {
				t.Errorf("a column less: %v", err)
			}
			exec(t, db, "ALTER TABLE builds DROP COLUMN builder")
			exec(t, db, "ALTER TABLE builds ADD COLUMN builder text DEFAULT 'x'")
		}
		if db.DriverName() == "postgres" {
			exec(t, db, "ALTER TABLE builds ALTER COLUMN state TYPE varchar(40)")
			get("another type of result")
			exec(t, db, "DROP TABLE commands")
			exec(t, db, "ALTER TABLE builds ALTER COLUMN id TYPE text, ALTER COLUMN id DROP DEFAULT")
		}
	})
}

// TestTableGone: a table that is not there is no row that is not there.
func TestTableGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		q := builds.ForKey(project1)
		for range 2 {
			if err := q.Get(t.Context(), db, &build{}, 1); err != nil {
				t.Errorf("the table is there: %v", err)
			}
			exec(t, db, "ALTER TABLE builds RENAME TO former")
			if err := q.Get(t.Context(), db, &build{}, 1); err == nil || errors.Is(err, queryset.ErrNotFound) {
				t.Errorf("the table is gone: %v", err)
			}
			exec(t, db, "ALTER TABLE former RENAME TO builds")
		}
	})
}

// TestDeallocated: what a connection forgot is prepared again.
func TestDeallocated(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	db.SetMaxOpenConns(1)
	fill(t, db)
	q := builds.ForKey(keyOf("1", "", ""))
	for range 3 {
		if err := q.Get(t.Context(), db, &build{}, 1); err != nil {
			t.Error(err)
		}
		if err := q.Update(t.Context(), db, 1, queryset.Values{"state": "x"}); err != nil {
			t.Error(err)
		}
		exec(t, db, "DEALLOCATE ALL")
	}
}

// TestForgotten: what is known of a database goes with its *sqlx.DB, closed or
// not.
func TestForgotten(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	fill(t, db)
	known := func() func() bool {
		other := sqlx.NewDb(db.DB, db.DriverName())
		if _, err := builds.ForKey(keyOf("1", "", "")).Count(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		return queryset.Knows(other)
	}()
	for range 200 {
		if runtime.GC(); !known() {
			return
		}
		runtime.Gosched()
	}
	t.Error("it is still known after 200 collections")
}
