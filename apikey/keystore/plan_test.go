package keystore_test

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// plan is a node of what EXPLAIN says.
type plan struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Plans    []plan
}

// scanned are the tables that the plan reads from end to end.
func (p plan) scanned() []string {
	var tables []string
	if p.Type == "Seq Scan" {
		tables = append(tables, p.Relation)
	}
	for _, below := range p.Plans {
		tables = append(tables, below.scanned()...)
	}
	return tables
}

// explain plans a statement for its arguments, and one that is prepared for any
// arguments too, as PostgreSQL does when it is often executed.
func explain(t *testing.T, db *sqlx.DB, s statement) map[string]plan {
	t.Helper()
	conn, err := db.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	plans, modes := map[string]plan{}, planModes[:1]
	if s.prepared {
		modes = planModes
	}
	for _, mode := range modes {
		execute(t, conn, `SET plan_cache_mode = `+mode)
		execute(t, conn, `PREPARE explained AS `+s.text)
		var text string
		if err := conn.GetContext(t.Context(), &text, `EXPLAIN (FORMAT JSON) EXECUTE explained`+literals(s.args)); err != nil {
			t.Fatalf("%v in %s", err, s.text)
		}
		var top []struct{ Plan plan }
		if err := json.Unmarshal([]byte(text), &top); err != nil {
			t.Fatal(err)
		}
		plans[mode] = top[0].Plan
		execute(t, conn, `DEALLOCATE explained`)
	}
	execute(t, conn, `RESET plan_cache_mode`)
	return plans
}

func execute(t *testing.T, conn *sqlx.Conn, statement string) {
	t.Helper()
	if _, err := conn.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%v in %s", err, statement)
	}
}

// literals writes arguments into a statement.
func literals(args []driver.NamedValue) string {
	if len(args) == 0 {
		return ""
	}
	parts := make([]string, len(args))
	for i, arg := range args {
		switch v := arg.Value.(type) {
		case nil:
			parts[i] = "NULL"
		case []byte:
			parts[i] = fmt.Sprintf(`'\x%x'`, v)
		case string:
			parts[i] = pq.QuoteLiteral(v)
		default:
			parts[i] = fmt.Sprint(v)
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// oneRow is the table whose CHECK lets in one row: once PostgreSQL has counted it, to
// read all of it is the shortest way.
const oneRow = "buildkey_reach"

// onIndexes fails when a statement reads a table of the store's from end to end.
func onIndexes(t *testing.T, db *sqlx.DB, what string, s statement) {
	t.Helper()
	for mode, p := range explain(t, db, s) {
		if tables := slices.DeleteFunc(p.scanned(), func(table string) bool { return !strings.HasPrefix(table, "buildkey_") || table == oneRow }); len(tables) > 0 {
			t.Errorf("%s, %s: all of %v is read by\n%.300s…", what, mode, tables, s.text)
		}
	}
}
