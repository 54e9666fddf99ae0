package keystore_test

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey/keystore"
)

// rowsRead is how many rows PostgreSQL looked at in tables and indexes, while a store
// in one transaction did something in one plan mode. EXPLAIN would not tell of those
// that functions look at.
func (r rig) rowsRead(t *testing.T, mode string, do func(in *keystore.Store) error) int {
	t.Helper()
	tx := r.db.MustBegin()
	defer tx.Rollback()
	tx.MustExec(`SET LOCAL plan_cache_mode = ` + mode)
	before := counted(t, tx)
	if err := do(r.In(tx)); err != nil {
		t.Error(err)
	}
	return counted(t, tx) - before
}

// counted is how many rows the connection has looked at.
func counted(t *testing.T, tx *sqlx.Tx) int {
	t.Helper()
	var rows int
	err := tx.Get(&rows, `SELECT COALESCE(sum(pg_stat_get_xact_tuples_returned(oid)), 0) FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i')`)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

var planModes = []string{"force_custom_plan", "force_generic_plan"}

// The function that looks at the keys above one keeps to indexes, too.
func TestAncestorsAreFewReads(t *testing.T) {
	t.Parallel()
	r := postgresRig(t, 1)
	r.fill(t, manyLinks)
	r.fill(t, keysOfAYear, r.clock.Now().UnixMicro())
	family := r.family(t)
	r.db.MustExec(`ANALYZE`)
	parent := family.keys[0].ID
	_, child, err := r.Derive(t.Context(), parent, keystore.Spec{Name: "child"})
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range planModes {
		for _, row := range []struct {
			name string
			do   func(in *keystore.Store) error
			most int
		}{
			{"a key", func(in *keystore.Store) error { return failed(in.Verify(t.Context(), family.secrets[0].Reveal())) }, 10},
			{"a child", func(in *keystore.Store) error { return failed(in.Verify(t.Context(), child.Reveal())) }, 30},
		} {
			if n := r.rowsRead(t, mode, row.do); n > row.most || n == 0 {
				t.Errorf("%s, %s: %d rows were read, want at most %d", row.name, mode, n, row.most)
			}
		}
	}
}
