package queryset_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

// meters have columns of numbers, in a table that is not STRICT.
var meters = &queryset.Table{
	Name: "meters", Resource: "thing", Project: "project_id",
	Write: []string{"size", "ratio", "price", "seen", "flag", "body"},
}

// meter is a row as its readers want it.
type meter struct {
	ID    int64    `db:"id"`
	Size  *int64   `db:"size"`
	Ratio *float64 `db:"ratio"`
}

func fillMeters(t testing.TB, db *sqlx.DB) {
	t.Helper()
	serial := "bigserial PRIMARY KEY"
	if db.DriverName() == "sqlite" {
		serial = "integer PRIMARY KEY"
	}
	exec(t, db, fmt.Sprintf(`CREATE TABLE meters (id %s, project_id bigint NOT NULL, size bigint, ratio double precision,
		price decimal(9, 2), seen timestamp, flag boolean, body varchar(40))`, serial))
	exec(t, db, "INSERT INTO meters (project_id, size, ratio) VALUES (1, 1, 1)")
}

type word string

// noNumbers are what no database makes a number of. None may be repeated.
func noNumbers() []any {
	text := "s3cret"
	pointer := &text
	return []any{
		text, word(text), pointer, &pointer, sql.NullString{String: text, Valid: true}, &sql.NullString{String: text, Valid: true},
		sql.Null[string]{V: text, Valid: true}, []byte(text), json.RawMessage(`"s3cret"`), uuid.MustParse(idA), json.Number("s3cret"),
		"", " ", "-", "7 s3cret", "7s3cret", "7,5", "7e", "７", "1e999", "7\x00", "\xff", `"7"`, "[7]", "\u00a07",
	}
}

// TestNoNumbers: a word in a column of numbers is its sender's mistake, on
// SQLite too, and never one for whoever reads the row.
func TestNoNumbers(t *testing.T) {
	t.Parallel()
	noIntegers := append(noNumbers(), 7.5, float32(7.5), "7.5", "1e-3", json.Number("7.5"), sql.NullFloat64{Float64: 7.5, Valid: true},
		"9223372036854775808", "-1e19", "Infinity", "NaN", math.NaN())
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fillMeters(t, db)
		for column, values := range map[string][]any{"size": noIntegers, "ratio": noNumbers()} {
			if db.DriverName() == "sqlite" { // whose text and blobs differ, and which has no such words
				values = append(slices.Clip(values), []byte("7"), json.RawMessage("7"), "Infinity", "NaN", "0x7")
			}
			for _, v := range values {
				checkNoNumber(t, db, column, v)
			}
		}
		checkMeters(t, db, 1)
	})
}

func checkNoNumber(t *testing.T, db *sqlx.DB, column string, v any) {
	t.Helper()
	ctx, q := t.Context(), meters.ForKey(project1)
	set := queryset.Values{column: v}
	_, all := q.UpdateAll(ctx, db, set)
	_, one := q.Insert(ctx, db, set)
	_, many := q.InsertAll(ctx, db, []queryset.Values{{column: 7}, set})
	_, trusted := meters.Unscoped("a test").Insert(ctx, db, queryset.Values{"project_id": 1, column: v})
	for method, err := range map[string]error{"Update": q.Update(ctx, db, 1, set), "UpdateAll": all, "Insert": one, "InsertAll": many, "Unscoped": trusted} {
		says := fmt.Sprintf("the column %q of meters does not take this value", column)
		if db.DriverName() == "postgres" {
			says = "a value for meters is" // out of range, or not one that its column takes
		}
		if !errors.Is(err, queryset.ErrBadValue) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s of %s, %T %v: %v", method, column, v, v, err)
		}
	}
}

// checkMeters reads the rows, which must be so many.
func checkMeters(t *testing.T, db *sqlx.DB, want int) {
	t.Helper()
	var rows []meter
	if err := meters.ForKey(project1).Select(t.Context(), db, &rows); err != nil || len(rows) != want {
		t.Errorf("%d rows, want %d: %v", len(rows), want, err)
	}
}

// TestNumbers: what becomes a number is written in any form, and read as one.
func TestNumbers(t *testing.T) {
	t.Parallel()
	seven, text := 7, "7"
	both := []any{
		7, int8(7), uint64(7), 7.0, float32(7), &seven, text, &text, " 7\t", "+7", "007", "-7", json.Number("7"), word("7"),
		sql.NullInt64{Int64: 7, Valid: true}, sql.NullString{String: "7", Valid: true}, sql.NullString{}, (*string)(nil), nil,
		"9223372036854775807", "-9223372036854775808", int64(math.MaxInt64),
	}
	floats := []any{7.5, "7.5", ".5", "7.", "-1e-3", json.Number("1e300"), 1e300, math.Inf(1), sql.NullFloat64{Float64: 7.5, Valid: true}, "1e-300"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fillMeters(t, db)
		sets := map[string][]any{"size": both, "ratio": append(floats, both...)}
		if db.DriverName() == "sqlite" {
			sets["size"] = append(slices.Clip(both), "7.0", "7e3", true, []byte(nil), json.RawMessage(nil))
			for _, column := range []string{"price", "seen", "flag", "body"} {
				sets[column] = []any{"a word", []byte("bytes"), "7", 7.5}
			}
		}
		n := 1
		for column, values := range sets {
			for _, v := range values {
				n++
				if _, err := meters.ForKey(project1).Insert(t.Context(), db, queryset.Values{column: v}); err != nil {
					t.Errorf("%s, %T %v: %v", column, v, v, err)
				}
			}
		}
		checkMeters(t, db, n)
	})
}

// TestTextWhereNoNumberIsMeant: a type whose name merely holds one of SQLite's
// numbers takes text. A time is what the driver makes of it.
func TestTextWhereNoNumberIsMeant(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	exec(t, db, "CREATE TABLE spans (id integer PRIMARY KEY, project_id bigint NOT NULL, span INTERVAL, at POINT, since INTEGER)")
	spans := &queryset.Table{Name: "spans", Resource: "thing", Project: "project_id", Write: []string{"span", "at", "since"}}
	for column, v := range map[string]any{"span": "1 day", "at": []byte("(1,2)"), "since": time.Unix(7, 0)} {
		if _, err := spans.ForKey(project1).Insert(t.Context(), db, queryset.Values{column: v}); err != nil {
			t.Errorf("%s, %v: %v", column, v, err)
		}
	}
}

// TestNumbersFromJSON: a number names the row that was meant, or none.
func TestNumbersFromJSON(t *testing.T) {
	t.Parallel()
	const big, neighbour = 9007199254740993, 9007199254740992
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fillGauges(t, db)
		for _, id := range []int64{big, neighbour} {
			exec(t, db, "INSERT INTO builds (id, project_id, version_id) VALUES (?, 1, 2)", id)
		}
		ctx, q := t.Context(), commands.ForKey(keyOf("1", "2", ""))
		id, err := q.Insert(ctx, db, fromJSON(`{"build_id": 5, "command": "x", "exit_code": 0}`))
		if err != nil || id != "25" {
			t.Errorf("under 5: %q, %v", id, err)
		}
		if ok, err := q.Exists(ctx, db, fromJSON(`{"id": 25}`)["id"]); !ok || err != nil {
			t.Errorf("25: %t, %v", ok, err)
		}
		for _, number := range []string{"9007199254740993", "9007199254740992", "5.5", "1e300", "-5"} {
			given := fromJSON(`{"build_id": ` + number + `}`)
			if id, err := q.Insert(ctx, db, given); !errors.Is(err, queryset.ErrForbidden) {
				t.Errorf("under %s: %q, %v", number, id, err)
			}
			if ok, err := builds.ForKey(project1).Exists(ctx, db, given["build_id"]); ok || err != nil {
				t.Errorf("%s: %t, %v", number, ok, err)
			}
		}
		if id, err := commands.Unscoped("a test").Insert(ctx, db, fromJSON(`{"build_id": 9007199254740993}`)); !errors.Is(err, queryset.ErrBadValue) {
			t.Errorf("by whom all rows are open to: %q, %v", id, err)
		}
		exact := queryset.Values{}
		d := json.NewDecoder(strings.NewReader(`{"build_id": 9007199254740993}`))
		d.UseNumber()
		if err := d.Decode(&exact); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Insert(ctx, db, exact); err != nil {
			t.Errorf("as a json.Number: %v", err)
		}
		var hang []int64
		if err := db.Select(&hang, "SELECT build_id FROM commands WHERE id > 24 ORDER BY id"); err != nil || fmt.Sprint(hang) != "[5 9007199254740993]" {
			t.Errorf("hang from %v, %v", hang, err)
		}
	})
}
