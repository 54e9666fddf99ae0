package queryset_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// TestTx: in every kind of transaction all methods work, see what it did, and
// leave nothing behind when it is rolled back, also with one connection in all,
// on which nothing was learned or prepared before.
func TestTx(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		db.SetMaxOpenConns(1)
		for range 3 {
			tx, err := queryset.Begin(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			inTx(t, "Begin", tx)
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
			for name, wrap := range map[string]func(*sqlx.Tx) queryset.DB{
				"plain":      func(tx *sqlx.Tx) queryset.DB { return tx },
				"of its own": func(tx *sqlx.Tx) queryset.DB { return other{tx} },
			} {
				tx, err := db.BeginTxx(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				inTx(t, name, wrap(tx))
				if err := tx.Rollback(); err != nil {
					t.Error(err)
				}
			}
		}
		if n, err := commands.Unscoped("a test").Count(t.Context(), db); err != nil || n != 24 {
			t.Errorf("%d commands, %v", n, err)
		}
	})
}

// inTx changes commands of build 5 and looks at them.
func inTx(t *testing.T, name string, db queryset.DB) {
	t.Helper()
	ctx, q := t.Context(), commands.ForKey(keyOf("1", "2", "5"))
	id, err := q.Insert(ctx, db, queryset.Values{"build_id": 5, "command": "make"})
	if err != nil {
		t.Fatalf("%s: Insert: %v", name, err)
	}
	if err := q.Update(ctx, db, id, queryset.Values{"exit_code": 1}); err != nil {
		t.Errorf("%s: Update: %v", name, err)
	}
	row := map[string]any{}
	if err := q.Get(ctx, db, row, id); err != nil || row["exit_code"] != int64(1) {
		t.Errorf("%s: Get: %v, %v", name, row, err)
	}
	if n, err := q.DeleteAll(ctx, db); err != nil || n != 3 {
		t.Errorf("%s: DeleteAll: %d, %v", name, n, err)
	}
	if n, err := q.Count(ctx, db); err != nil || n != 0 {
		t.Errorf("%s: Count: %d, %v", name, n, err)
	}
}

// other is a DB that the package knows nothing of.
type other struct{ *sqlx.Tx }

// TestTxCommits: Commit keeps what was done, and ends the transaction.
func TestTxCommits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		tx, err := queryset.Begin(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		q := builds.ForKey(keyOf("1", "2", "5"))
		if err := q.Update(t.Context(), tx, 5, queryset.Values{"state": "kept"}); err != nil {
			t.Error(err)
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		var row build
		if err := q.Get(t.Context(), db, &row, 5); err != nil || row.State != "kept" {
			t.Errorf("%+v, %v", row, err)
		}
		if err := q.Get(t.Context(), tx, &row, 5); err == nil {
			t.Error("a transaction that ended still reads")
		}
		if err := tx.Rollback(); err == nil {
			t.Error("a transaction that ended is rolled back")
		}
		if _, err := queryset.Begin(t.Context(), nil); err == nil {
			t.Error("Begin on nil")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := queryset.Begin(ctx, db); !errors.Is(err, context.Canceled) {
			t.Errorf("Begin, cancelled: %v", err)
		}
	})
}

// TestTxUsesPreparedStatements: what one transaction had to prepare for itself
// is prepared on the database before the next one.
func TestTxUsesPreparedStatements(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	db.SetMaxOpenConns(1)
	fill(t, db)
	for i := range 3 {
		tx, err := queryset.Begin(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if err := builds.ForKey(keyOf("1", "", "")).Get(t.Context(), tx, &build{}, 1); err != nil {
				t.Error(err)
			}
		}
		if n := preparedOn(t, tx); n != 1 {
			t.Errorf("%d statements in transaction %d", n, i)
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
	}
	if n := preparedOn(t, db); n != 1 {
		t.Errorf("%d statements stay", n)
	}
}

// TestTxAfterSchemaChange: a transaction that a changed table broke says so, and
// the next one works.
func TestTxAfterSchemaChange(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	db.SetMaxOpenConns(1)
	fill(t, db)
	q := builds.ForKey(keyOf("1", "", ""))
	get := func() error {
		tx, err := queryset.Begin(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		return q.Get(t.Context(), tx, &build{}, 1)
	}
	if err := q.Get(t.Context(), db, &build{}, 1); err != nil {
		t.Fatal(err)
	}
	exec(t, db, "ALTER TABLE builds ALTER COLUMN state TYPE varchar(40)")
	if err := get(); err == nil {
		t.Error("the transaction did not notice")
	}
	if err := get(); err != nil {
		t.Errorf("the next one: %v", err)
	}
}
