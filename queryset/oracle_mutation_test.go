package queryset_test

import (
	"fmt"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

const (
	// mutationCases is within how many cases a broken rule must be noticed.
	mutationCases = 20_000
	// mutationSeed is that of the first world. It is one in which most rules
	// are noticed early; any other notices them, too, and takes longer.
	mutationSeed = 15
)

// TestOracleNoticesMutations breaks one rule of the generator after another: the
// property test must see each. A statement that the database refuses does not
// count, since a wrong answer is what the property is about.
func TestOracleNoticesMutations(t *testing.T) {
	t.Parallel()
	mutations := queryset.Mutations()
	if len(mutations) < 12 {
		t.Fatalf("there are %d mutations, want twelve at least", len(mutations))
	}
	for _, m := range mutations {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			tried := 0
			for db, seed := dbtest.SQLite(t), uint64(mutationSeed); tried < mutationCases; seed++ {
				n, noticed := noticesMutation(t, db, seed, m)
				if tried += n; noticed {
					t.Logf("noticed after %d cases", tried)
					return
				}
			}
			t.Errorf("not noticed in %d cases", tried)
		})
	}
}

// noticesMutation makes the world of a seed and tells whether one of its trials
// comes out wrong, and after how many.
func noticesMutation(t *testing.T, db *sqlx.DB, seed uint64, m *queryset.Mutation) (tried int, noticed bool) {
	t.Helper()
	d := newDice(seed)
	w := d.world(fmt.Sprintf("w%d_", seed))
	s := newStore(t, db, w)
	defer s.drop(t)
	r := &runner{store: s, declared: declare(w), mutation: m}
	for i := range trialsPerWorld {
		tr := d.trial(w)
		want, got := tr.expect(), r.run(t, tr)
		if got.class != oracle.Broken && tr.differ(want, got) != "" {
			return i + 1, true
		}
	}
	return trialsPerWorld, false
}
