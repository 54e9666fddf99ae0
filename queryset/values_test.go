package queryset_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/buildkey/buildkey/queryset"
)

// gauges are rows whose columns are particular about their values.
var gauges = &queryset.Table{
	Name: "gauges", Resource: "thing", Project: "project_id",
	Parent: &queryset.Parent{Table: builds, Column: "build_id"},
	Write:  []string{"name", "level", "code", "at", "tags"},
}

func fillGauges(t *testing.T, db *sqlx.DB) {
	t.Helper()
	fill(t, db)
	serial, tags := "bigserial PRIMARY KEY", "text[]"
	if db.DriverName() == "sqlite" {
		serial, tags = "integer PRIMARY KEY", "text"
	}
	exec(t, db, fmt.Sprintf(`CREATE TABLE gauges (id %s, project_id bigint NOT NULL, build_id bigint REFERENCES builds (id), name text NOT NULL UNIQUE,
		level integer CHECK (level < 10), code varchar(9) DEFAULT 'kept', at date, tags %s, kept text NOT NULL DEFAULT 'kept')`, serial, tags))
	exec(t, db, "INSERT INTO gauges (id, project_id, name) VALUES (101, 1, 'kept')")
}

// fromJSON are the values as the README's handler gets them.
func fromJSON(body string) (v queryset.Values) {
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		panic(err)
	}
	return v
}

const (
	postgresOnly = true
	everywhere   = false
)

// badValues are values that cannot be written, and what is said of them. None
// may be repeated: "s3cret" and "kept" stand for values, of the request and of
// the row.
var badValues = []struct {
	on   bool
	row  queryset.Values
	says string
}{
	{everywhere, fromJSON(`{"name": ["s3cret"]}`), `the column "name" of gauges takes no []interface {}`},
	{everywhere, fromJSON(`{"name": {"s3cret": 1}}`), `the column "name" of gauges takes no map[string]interface {}`},
	{everywhere, fromJSON(`{"name": []}`), `the column "name" of gauges takes no []interface {}`},
	{everywhere, fromJSON(`{"name": "x", "tags": [{"s3cret": 1}]}`), `"tags" of gauges takes no []interface {}`},
	{everywhere, fromJSON(`{"level": {}, "name": "x"}`), `"level" of gauges takes no map`},
	{everywhere, fromJSON(`{"level": 9007199254740993, "name": "x"}`), `"level" of gauges takes integers, and a float64 of 2^53`},
	{everywhere, queryset.Values{"name": func() {}}, `"name" of gauges takes no func()`},
	{everywhere, queryset.Values{"name": &[]string{"s3cret"}}, `"name" of gauges takes no *[]string`},
	{everywhere, queryset.Values{"name": struct{ N int }{}}, `"name" of gauges takes no struct`},
	{everywhere, queryset.Values{"name": make(chan int)}, `"name" of gauges takes no chan int`},
	{everywhere, fromJSON(`{"name": null}`), `the column "name" of gauges must not be NULL`},
	{everywhere, fromJSON(`{"level": 10, "name": "s3cret"}`), "a value for gauges fails a check of the table"},
	{everywhere, queryset.Values{}, "no values to write to gauges"},
	{everywhere, nil, "no values to write to gauges"},
	{postgresOnly, fromJSON(`{"level": "s3cret", "name": "x"}`), "a value for gauges is not one that its column takes"},
	{postgresOnly, fromJSON(`{"level": 1.5, "name": "x"}`), "a value for gauges is not one that its column takes"},
	{postgresOnly, fromJSON(`{"level": true, "name": "x"}`), "a value for gauges is not one that its column takes"},
	{postgresOnly, fromJSON(`{"level": 99999999999, "name": "x"}`), "a value for gauges is out of its column's range"},
	{postgresOnly, fromJSON(`{"code": "s3cret and long", "name": "x"}`), "a value for gauges is too long for its column"},
	{postgresOnly, fromJSON(`{"at": "s3cret", "name": "x"}`), "a value for gauges is not one that its column takes"},
	{postgresOnly, fromJSON(`{"name": "s3cret\u0000"}`), "a value for gauges is not one that its column takes"},
}

// TestBadValues: they are whoever's who sent them, and not the server's fault.
func TestBadValues(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fillGauges(t, db)
		ctx, q := t.Context(), gauges.ForKey(project1)
		for _, row := range badValues {
			if row.on == postgresOnly && db.DriverName() == "sqlite" {
				continue
			}
			_, all := q.UpdateAll(ctx, db, row.row)
			_, insert := q.Insert(ctx, db, row.row)
			_, trusted := gauges.Unscoped("a test").UpdateAll(ctx, db, row.row)
			for method, err := range map[string]error{
				"Update": q.Update(ctx, db, 101, row.row), "UpdateAll": all, "Insert": insert, "Unscoped": trusted} {
				said := fmt.Sprint(err)
				if !errors.Is(err, queryset.ErrBadValue) || errors.Is(err, queryset.ErrForbidden) || !strings.HasPrefix(said, "queryset: ") ||
					!strings.Contains(said, row.says) || strings.Contains(said, "s3cret") || strings.Contains(said, "kept") {
					t.Errorf("%s of %v: %v, want %s", method, row.row, err, row.says)
				}
			}
		}
		var name string
		if err := db.Get(&name, "SELECT name FROM gauges"); err != nil || name != "kept" {
			t.Errorf("%q, %v", name, err)
		}
	})
}

// TestBadValueOfStrict: a column that SQLite names is named.
func TestBadValueOfStrict(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	exec(t, db, "CREATE TABLE things (id integer PRIMARY KEY, project text, body text) STRICT")
	writable := *things
	writable.Write = []string{"body"}
	_, err := writable.ForKey(keyOf("p", "", "")).Insert(t.Context(), db, queryset.Values{"body": []byte("s3cret")})
	if !errors.Is(err, queryset.ErrBadValue) || err.Error() != `queryset: the column "body" of things does not take this value` {
		t.Error(err)
	}
}

// TestBadValueOrLess: what else can be said goes first, and what is no matter
// of one value stays what it was.
func TestBadValueOrLess(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fillGauges(t, db)
		ctx, q := t.Context(), gauges.ForKey(build5)
		whole := gauges.ForKey(project1)
		insert := func(q queryset.Query, row queryset.Values) error { _, err := q.Insert(ctx, db, row); return err }
		listed := gauges.ForKey(allowing(project1, "thing:101"))
		noScope := project1
		noScope.Permits = apikey.Scopes{"build:*"}
		for _, row := range []struct {
			name string
			err  error
			want error
		}{
			{"a column that is not writable, updated", whole.Update(ctx, db, 101, fromJSON(`{"name": [], "kept": []}`)), queryset.ErrForbidden},
			{"a column that is not writable, inserted", insert(whole, fromJSON(`{"name": [], "kept": []}`)), queryset.ErrForbidden},
			{"a scope that is missing", gauges.ForKey(noScope).Update(ctx, db, 101, nil), queryset.ErrForbidden},
			{"an allow list, and nothing to insert", insert(listed, nil), queryset.ErrForbidden},
			{"an insert under a parent that is absent", insert(q, fromJSON(`{"name": "x", "build_id": 99}`)), queryset.ErrForbidden},
			{"an insert under a parent out of reach", insert(q, fromJSON(`{"name": "x", "build_id": 4}`)), queryset.ErrForbidden},
			{"an insert out of reach that lacks a column", insert(q, fromJSON(`{"level": 1, "build_id": 4}`)), queryset.ErrForbidden},
			{"no id at all for a parent", insert(q, fromJSON(`{"name": "x", "build_id": 1.5}`)), queryset.ErrForbidden},
			{"a row that is absent", whole.Update(ctx, db, 99, fromJSON(`{"name": null}`)), queryset.ErrNotFound},
			{"a column that is not there, by whom all is open", gauges.Unscoped("a test").Update(ctx, db, 101, fromJSON(`{"none": 1}`)), queryset.ErrBadValue},
			{"the same, inserted", insert(gauges.Unscoped("a test"), fromJSON(`{"none": 1}`)), queryset.ErrBadValue},
			{"a column left out", insert(whole, fromJSON(`{"level": 1}`)), queryset.ErrBadValue},
			{"no rows", func() error { _, err := whole.InsertAll(ctx, db, nil); return err }(), queryset.ErrBadValue},
			{"rows that differ", func() error {
				_, err := whole.InsertAll(ctx, db, []queryset.Values{fromJSON(`{"name": "x"}`), fromJSON(`{"level": 1}`)})
				return err
			}(), queryset.ErrBadValue},
			{"a bad value in a later row", func() error {
				_, err := whole.InsertAll(ctx, db, []queryset.Values{fromJSON(`{"name": "x"}`), fromJSON(`{"name": {}}`)})
				return err
			}(), queryset.ErrBadValue},
			{"a list for a parent", insert(q, fromJSON(`{"name": "x", "build_id": [5]}`)), queryset.ErrBadValue},
		} {
			if !errors.Is(row.err, row.want) || row.want != queryset.ErrBadValue && errors.Is(row.err, queryset.ErrBadValue) {
				t.Errorf("%s: %v, want %v", row.name, row.err, row.want)
			}
		}
		if err := insert(whole, fromJSON(`{"name": "kept"}`)); !dialect.UniqueViolation(err) || errors.Is(err, queryset.ErrBadValue) {
			t.Errorf("a row that is there: %v", err)
		}
		err := insert(gauges.Unscoped("a test"), fromJSON(`{"name": "x", "project_id": 1, "build_id": 99}`))
		if err == nil || errors.Is(err, queryset.ErrBadValue) || errors.Is(err, queryset.ErrForbidden) {
			t.Errorf("a foreign key: %v", err)
		}
	})
}

// TestGoodValues: types that are sent as ever.
func TestGoodValues(t *testing.T) {
	t.Parallel()
	word, level := "x", 3
	type code string
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fillGauges(t, db)
		q := gauges.ForKey(project1)
		sets := []queryset.Values{
			{"name": "a", "level": 1.0}, {"name": &word, "level": &level}, {"name": code("c"), "code": code("x")}, {"name": []byte("d")},
			{"name": json.RawMessage("1")}, {"name": json.Number("7"), "level": json.Number("7")}, {"level": uint8(7), "at": nil}, {"level": (*int)(nil)},
		}
		if db.DriverName() != "sqlite" {
			sets = append(sets, queryset.Values{"tags": []string{"a", "b"}}, fromJSON(`{"tags": ["a", "b"]}`), fromJSON(`{"tags": []}`))
		}
		for _, set := range sets {
			if err := q.Update(t.Context(), db, 101, set); err != nil {
				t.Errorf("%v: %v", set, err)
			}
		}
	})
}
