package keystore

import (
	"sync"
	"testing"

	"github.com/buildkey/buildkey/internal/dbtest"
)

// A server that forgets the statement, as one behind a pooler does, is asked again.
func TestForgottenStatement(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	db.SetMaxOpenConns(1)
	b := newBench(t, db, Config{})
	_, raw := b.mint(t, Spec{})
	for i := range maxLost + 3 {
		if _, err := b.Verify(t.Context(), raw); err != nil {
			t.Fatalf("turn %d: %v", i, err)
		}
		if _, err := db.Exec(`DEALLOCATE ALL`); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.verify.lost.Load(); n != maxLost {
		t.Errorf("%d losses, want it to stop preparing after %d", n, maxLost)
	}
}

// A table that is altered must not break the statements that were prepared.
func TestAlteredTable(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw := b.mint(t, Spec{})
		for _, alter := range []string{
			`ALTER TABLE buildkey_keys ADD COLUMN note TEXT`,
			`ALTER TABLE buildkey_keys DROP COLUMN note`,
		} {
			b.use(t, raw)
			if _, err := b.db.Exec(alter); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Verify(t.Context(), raw); err != nil {
			t.Error(err)
		}
	})
}

func TestPreparedOnceByMany(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		_, raw := b.mint(t, Spec{})
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if _, err := b.Verify(t.Context(), raw); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}
