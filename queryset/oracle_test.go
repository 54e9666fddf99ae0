package queryset_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
)

var (
	oracleSeed  = flag.Uint64("oracle.seed", 1, "seed of the property test's first world; the next world's is one more")
	oracleCases = flag.Int("oracle.cases", 0, "cases of the property test on each database; 0: a short run, or a long one where BUILDKEY_SOAK is set")
)

// trialsPerWorld is how much is asked of one set of tables.
const trialsPerWorld = 200

// cases is how many trials a test makes on a database. BUILDKEY_SOAK=1 makes
// 100,000 on SQLite and 20,000 on PostgreSQL.
func cases(driver string) int {
	soak := os.Getenv("BUILDKEY_SOAK") != ""
	switch {
	case *oracleCases > 0:
		return *oracleCases
	case soak && driver == "sqlite":
		return 100_000
	case soak:
		return 20_000
	}
	return 2_000
}

// TestOracle asks random things of random tables, and compares every answer and
// all that is in the database afterwards with the oracle, which knows the rules
// and no SQL.
func TestOracle(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		left := cases(db.DriverName())
		for seed := *oracleSeed; left > 0 && !t.Failed(); seed++ {
			n := min(left, trialsPerWorld)
			tryWorld(t, db, seed, n)
			left -= n
		}
	})
}

// tryWorld makes the world of a seed and n trials in it. The seed and the number
// decide everything.
func tryWorld(t *testing.T, db *sqlx.DB, seed uint64, n int) {
	t.Helper()
	d := newDice(seed)
	w := d.world(fmt.Sprintf("w%d_", seed))
	s := newStore(t, db, w)
	defer s.drop(t)
	r := &runner{store: s, declared: declare(w)}
	for i := range n {
		tr := d.trial(w)
		if r.check(t, tr) == "" {
			continue
		}
		tr = r.shrink(t, tr)
		r.fill(t, tr.world)
		t.Errorf("-oracle.seed=%d -oracle.cases=%d -run=%s: the last case fails. Made small, it is\n%s%s",
			seed, i+1, t.Name(), tr, r.check(t, tr))
		return
	}
}
