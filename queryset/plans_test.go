package queryset_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// sizes are the builds and commands of the plans' tables: a million and two
// where BUILDKEY_SOAK is set.
func sizes() (builds, commands int) {
	if os.Getenv("BUILDKEY_SOAK") != "" {
		return 1_000_000, 2_000_000
	}
	return 60_000, 120_000
}

// fillForPlans makes tables of those sizes. Nothing refers to a row by a
// constraint, so that any can be deleted.
func fillForPlans(t *testing.T, db *sqlx.DB) {
	t.Helper()
	n, m := sizes()
	big(t, db, n, m)
	for _, fk := range []string{"versions DROP CONSTRAINT versions_project_id_fkey", "commands DROP CONSTRAINT commands_build_id_fkey",
		"builds DROP CONSTRAINT builds_project_id_fkey, DROP CONSTRAINT builds_version_id_fkey"} {
		exec(t, db, "ALTER TABLE "+fk)
	}
	// As autovacuum leaves them sooner or later.
	exec(t, db, "VACUUM (ANALYZE) projects, versions, builds, commands")
}

// recorder keeps the statement that it is asked to run, and does not run it.
type recorder struct {
	*sqlx.DB
	text string
	args []any
}

var errRecorded = errors.New("recorded")

func (r *recorder) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if strings.Contains(text, "pg_attribute") {
		return r.DB.QueryContext(ctx, text, args...)
	}
	r.text, r.args = text, args
	return nil, errRecorded
}

func (r *recorder) ExecContext(_ context.Context, text string, args ...any) (sql.Result, error) {
	r.text, r.args = text, args
	return nil, errRecorded
}

// planNode is a node of what EXPLAIN tells.
type planNode struct {
	Node      string     `json:"Node Type"`
	Relation  string     `json:"Relation Name"`
	Rows      float64    `json:"Actual Rows"`
	Loops     float64    `json:"Actual Loops"`
	Filtered  float64    `json:"Rows Removed by Filter"`
	Rechecked float64    `json:"Rows Removed by Index Recheck"`
	Plans     []planNode `json:"Plans"`
}

// read is how many rows of tables the plan looked at.
func (p planNode) read() float64 {
	n := 0.0
	if p.Relation != "" && strings.HasSuffix(p.Node, "Scan") {
		n = (p.Rows + p.Filtered + p.Rechecked) * p.Loops
	}
	for _, sub := range p.Plans {
		n += sub.read()
	}
	return n
}

// explain runs a statement as prepared, with a generic plan, and undoes it.
func explain(t *testing.T, db *sqlx.DB, options, text string, args []any) string {
	t.Helper()
	tx := db.MustBegin()
	defer tx.Rollback()
	exec(t, tx, "SET LOCAL plan_cache_mode = force_generic_plan")
	// A disk without a head to move. At the default of 4, a statement by hand and ours are
	// both so near to a full read that what vacuum has just seen decides between the two.
	exec(t, tx, "SET LOCAL random_page_cost = 1.1")
	exec(t, tx, "PREPARE p AS "+text)
	literals := make([]string, len(args))
	for i, a := range args {
		literals[i] = asLiteral(t, a)
	}
	execute := fmt.Sprintf("EXPLAIN (%s) EXECUTE p (%s)", options, strings.Join(literals, ", "))
	var lines []string
	if err := tx.Select(&lines, strings.Replace(execute, " ()", "", 1)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	exec(t, tx, "DEALLOCATE p")
	return strings.Join(lines, "\n")
}

func asLiteral(t *testing.T, v any) string {
	t.Helper()
	if valuer, ok := v.(driver.Valuer); ok {
		v, _ = valuer.Value()
	}
	return "'" + strings.ReplaceAll(fmt.Sprint(v), "'", "''") + "'"
}

func rowsRead(t *testing.T, db *sqlx.DB, text string, args []any) float64 {
	t.Helper()
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal([]byte(explain(t, db, "ANALYZE, FORMAT JSON", text, args)), &plans); err != nil {
		t.Fatal(err)
	}
	return plans[0].Plan.read()
}

// TestRowsRead: no access reads more than four times the rows that it would if
// it were written by hand, in any statement.
func TestRowsRead(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	fillForPlans(t, db)
	for _, a := range accesses(t) {
		for _, s := range statementsOf(t, db, a) {
			if strings.Contains(s.text, " OR ") && !strings.Contains(s.text, "INSERT") {
				t.Errorf("%s: %s: an OR keeps lists off their indexes: %s", a.name, s.verb, s.text)
			}
			got, want := rowsRead(t, db, s.text, s.args), rowsRead(t, db, s.hand, s.handArgs)
			if got > 4*max(want, 1) {
				t.Errorf("%s: %s reads %.0f rows, by hand %.0f\n%s\n%s", a.name, s.verb, got, want, s.text,
					explain(t, db, "ANALYZE, COSTS OFF, TIMING OFF", s.text, s.args)+"\n"+explain(t, db, "ANALYZE, COSTS OFF, TIMING OFF", s.hand, s.handArgs))
			}
		}
	}
}

// TestPlanOfGet: where a key needs nothing but the row's own columns, the plan
// is that of the statement by hand.
func TestPlanOfGet(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	fillForPlans(t, db)
	r := &recorder{DB: db}
	for name, row := range map[string]struct {
		key    apikey.Key
		byHand string
	}{
		"project": {keyOf("21", "", ""), "id = $1 AND project_id = $2"},
		"version": {keyOf("21", "202", ""), "id = $1 AND project_id = $2 AND version_id = $3"},
		"build":   {keyOf("21", "202", "2015"), "project_id = $1 AND version_id = $2 AND id = $3"},
	} {
		if err := builds.ForKey(row.key).Get(t.Context(), r, &build{}, 2015); !errors.Is(err, errRecorded) {
			t.Fatal(err)
		}
		byHand := "SELECT id, project_id, version_id, state FROM builds WHERE " + row.byHand
		got, want := explain(t, db, "COSTS OFF", r.text, r.args), explain(t, db, "COSTS OFF", byHand, r.args)
		if got != want || !strings.Contains(got, "Index Scan using builds_pkey") {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}
