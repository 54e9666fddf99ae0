package queryset_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

func TestListing(t *testing.T) {
	t.Parallel()
	visitor := linked(keyOf("1", "1", ""), "2", "build:read")
	q := builds.ForKey(visitor)
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		exec(t, db, "UPDATE builds SET state = 'done?' WHERE id IN (2, 9)")
		for _, row := range []struct {
			name string
			q    queryset.Query
			want []int64
		}{
			{"by id", q.OrderBy("id"), []int64{1, 2, 3, 7, 8, 9, 10, 11, 12}},
			{"descending", q.OrderBy("id  desc"), []int64{12, 11, 10, 9, 8, 7, 3, 2, 1}},
			{"the last order counts", q.OrderBy("id DESC").OrderBy("id ASC"), []int64{1, 2, 3, 7, 8, 9, 10, 11, 12}},
			{"two terms", q.OrderBy("version_id DESC", "id"), []int64{10, 11, 12, 7, 8, 9, 1, 2, 3}},
			{"limit", q.OrderBy("id").Limit(2), []int64{1, 2}},
			{"limit 0", q.OrderBy("id").Limit(0), nil},
			{"offset", q.OrderBy("id").Offset(7), []int64{11, 12}},
			{"limit and offset", q.OrderBy("id").Limit(2).Offset(2), []int64{3, 7}},
			{"where", q.OrderBy("id").Where("id > ? AND id < ?", 2, 9), []int64{3, 7, 8}},
			{"where, twice", q.OrderBy("id").Where("id > ?", 2).Where("id < ? OR id = ?", 8, 12), []int64{3, 7, 12}},
			{"OR stays inside", q.OrderBy("id").Where("1 = 1 OR id = ?", 1), []int64{1, 2, 3, 7, 8, 9, 10, 11, 12}},
			{"a ? in a literal", q.OrderBy("id").Where("state = 'done?' AND id <> ? -- really?\n", 1), []int64{2, 9}},
			{"an unreadable column", q.OrderBy("id").Where("builder = 'host-7' AND builds.id < ?", 3), []int64{1, 2}},
		} {
			got := idsOf(t, db, row.q)
			if !slices.Equal(got, row.want) {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
			}
		}
		if n, err := q.OrderBy("id").Limit(1).Offset(3).Count(t.Context(), db); err != nil || n != 9 {
			t.Errorf("Count: %d, %v", n, err)
		}
	})
}

func idsOf(t *testing.T, db queryset.DB, q queryset.Query) (ids []int64) {
	t.Helper()
	var rows []struct {
		ID int64 `db:"id"`
	}
	if err := q.Select(t.Context(), db, &rows); err != nil {
		t.Error(err)
	}
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

// TestImmutable: a Query is what it was, whatever is made of it or done to what
// it was made from.
func TestImmutable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		k := linked(allowing(keyOf("1", "", ""), "build:*"), "2", "build:read")
		args, terms := []any{6}, []string{"id"}
		base := builds.ForKey(k)
		q := base.Where("id >= ?", args...).OrderBy(terms...)
		left, right := q.Where("id < ?", 8), q.Where("id > ?", 11)
		k.Links[0].Project, k.Links[0].Scopes[0], k.AllowList[0], k.Permits[2] = "1", "x:read", apikey.Target{}, "x:read"
		args[0], terms[0] = 1, "colour"
		for _, row := range []struct {
			name string
			q    queryset.Query
			want []int64
		}{{"left", left, []int64{6, 7}}, {"right", right, []int64{12}}, {"both made from", q, []int64{6, 7, 8, 9, 10, 11, 12}}} {
			if got := idsOf(t, db, row.q); !slices.Equal(got, row.want) {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
			}
		}
		if n, err := base.Count(t.Context(), db); err != nil || n != 12 {
			t.Errorf("the first: %d, %v", n, err)
		}
	})
}

var (
	inProject1  = builds.ForKey(project1)
	inNoProject = builds.ForKey(keyOf("one", "", ""))
)

func selecting(q queryset.Query) func(queryset.DB) error {
	return func(db queryset.DB) error { return q.Select(context.Background(), db, &[]build{}) }
}

// badInputs are calls that make no sense, and what the error names.
var badInputs = []struct {
	name string
	do   func(queryset.DB) error
	says string
}{
	{"a negative limit", selecting(inProject1.Limit(-1)), "limit -1"},
	{"a negative offset", selecting(inProject1.Offset(-2)), "offset -2"},
	{"an order by no column", selecting(inProject1.OrderBy("colour")), `"colour"`},
	{"an empty order", selecting(inProject1.OrderBy("")), `""`},
	{"an order in no direction", selecting(inProject1.OrderBy("id SIDEWAYS")), `"id SIDEWAYS"`},
	{"an order of three words", selecting(inProject1.OrderBy("id DESC NULLS")), `"id DESC NULLS"`},
	{"an order by an expression", selecting(inProject1.OrderBy("(SELECT 1)")), `(SELECT`},
	{"an order in two lines", selecting(inProject1.OrderBy("id\nstate")), `"id\nstate"`},
	{"an order by an unreadable column", selecting(inProject1.OrderBy("builder")), "builder"},
	{"an order by another's case", selecting(inProject1.OrderBy("ID")), `"ID"`},
	{"too few arguments", selecting(inProject1.Where("id = ? OR id = ?", 1)), "marks 2"},
	{"too many arguments", selecting(inProject1.Where("id = ?", 1, 2)), "2 were given"},
	{"arguments without marks", selecting(inProject1.Where("id = '?'", 1)), "marks 0"},
	{"the earlier Where", selecting(inProject1.Where("id = ?").Where("id = ?", 1)), "marks 1"},
	{"an empty condition", selecting(inProject1.Where("")), "empty"},
	{"a condition that is a comment", selecting(inProject1.Where("/* 1 = 1 */ ")), "empty"},
	{"no values to insert", func(db queryset.DB) error { _, err := inProject1.Insert(context.Background(), db, nil); return err }, "no values"},
	{"no values to update", func(db queryset.DB) error { return inProject1.Update(context.Background(), db, 1, queryset.Values{}) }, "no values"},
	{"no values for all", func(db queryset.DB) error { _, err := inProject1.UpdateAll(context.Background(), db, nil); return err }, "no values"},
	{"an insert with a Where", func(db queryset.DB) error {
		_, err := inProject1.Where("1 = 1").Insert(context.Background(), db, queryset.Values{"state": "x"})
		return err
	}, "insert takes no Where"},
	{"deleting with a limit", func(db queryset.DB) error {
		_, err := inProject1.Limit(1).DeleteAll(context.Background(), db)
		return err
	}, "Limit"},
	{"updating in an order", func(db queryset.DB) error {
		_, err := inProject1.OrderBy("id").UpdateAll(context.Background(), db, queryset.Values{"state": "x"})
		return err
	}, "OrderBy"},
	{"a predicate with a Where", func(db queryset.DB) error {
		_, _, err := inProject1.Where("1 = 1").Predicate(context.Background(), db, "read", "")
		return err
	}, "predicate"},
	{"an alias that is none", func(db queryset.DB) error {
		_, _, err := inProject1.Predicate(context.Background(), db, "read", `b" --`)
		return err
	}, "alias"},
	{"an action that is none", func(db queryset.DB) error {
		_, _, err := inProject1.Predicate(context.Background(), db, "*", "b")
		return err
	}, "action"},
	{"an action to explain that is none", func(db queryset.DB) error {
		_, err := inProject1.Explain(context.Background(), db, "read ")
		return err
	}, "action"},
	{"a bad order, and no rows in reach", selecting(inNoProject.OrderBy("colour")), `"colour"`},
	{"a bad condition, and no rows in reach", selecting(inNoProject.Where("1) OR (1")), "parenthesis"},
	{"a nil database", func(queryset.DB) error { return inProject1.Select(context.Background(), nil, &[]build{}) }, "nil"},
	{"a nil *sqlx.DB", func(queryset.DB) error { return inProject1.Select(context.Background(), (*sqlx.DB)(nil), &[]build{}) }, "nil"},
}

// TestBadOrder is told by every method that reads or writes rows, also by one
// whose statement was made before.
func TestBadOrder(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for name, do := range map[string]func(queryset.Query) error{
			"Get":    func(q queryset.Query) error { return q.Get(ctx, db, &build{}, 1) },
			"Select": func(q queryset.Query) error { return q.Select(ctx, db, &[]build{}) },
			"Count":  func(q queryset.Query) error { _, err := q.Count(ctx, db); return err },
			"Exists": func(q queryset.Query) error { _, err := q.Exists(ctx, db, 1); return err },
			"Update": func(q queryset.Query) error { return q.Update(ctx, db, 1, queryset.Values{"state": "x"}) },
		} {
			if err := do(inProject1); err != nil {
				t.Errorf("%s in no order: %v", name, err)
			}
			if err := do(inProject1.OrderBy("1 = 1")); err == nil || !strings.Contains(err.Error(), `"1 = 1"`) {
				t.Errorf("%s in a bad order: %v", name, err)
			}
		}
	})
}

// TestBadInput: each is an error that says which, and no SQL is sent.
func TestBadInput(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		if _, err := inProject1.Columns(t.Context(), db); err != nil { // learn the table
			t.Fatal(err)
		}
		for _, row := range badInputs {
			err := row.do(db)
			if err == nil || !strings.HasPrefix(err.Error(), "queryset: ") || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s: %v", row.name, err)
			}
		}
	})
}

// TestNotAnswered: a cancelled context and a closed database decide nothing.
func TestNotAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		q := builds.ForKey(keyOf("1", "", ""))
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		err := q.Get(cancelled, db, &build{}, 1)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, apikey.ErrUnavailable) || errors.Is(err, queryset.ErrNotFound) {
			t.Errorf("cancelled: %v", err)
		}
		if err := q.Get(t.Context(), db, &build{}, 1); err != nil {
			t.Errorf("after a cancelled one: %v", err)
		}
		db.Close()
		for method, err := range everyMethod(t, db, q) {
			if method != "Columns" && method != "Predicate" && method != "Explain" && !errors.Is(err, apikey.ErrUnavailable) {
				t.Errorf("closed: %s: %v", method, err)
			}
		}
		if _, err := queryset.Begin(t.Context(), db); !errors.Is(err, apikey.ErrUnavailable) {
			t.Errorf("closed: Begin: %v", err)
		}
		if err := queryset.Check(t.Context(), db, builds); !errors.Is(err, apikey.ErrUnavailable) {
			t.Errorf("closed: Check: %v", err)
		}
	})
}
