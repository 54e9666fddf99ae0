package keystore

import (
	"fmt"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/jmoiron/sqlx"
)

// What a transaction saw and rolled back is not remembered as true.
func TestMemoryOfRolledBack(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		raw := b.hub(t)
		tx := b.db.MustBegin()
		defer tx.Rollback()
		in := bench{Store: b.In(tx)}
		if err := in.AddLink(t.Context(), LinkEdit{Project: "x", Direction: Inbound, Other: "1"}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, there := in.reaches(t, raw, "x"); !there {
				t.Error("not reached inside the transaction")
			}
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, there := b.reaches(t, raw, "x"); there {
				t.Error("reached after the rollback")
			}
		}
	})
}

// What a transaction edits counts inside it at once, and for others when it is
// committed. Until then it keeps nobody from editing other projects.
func TestEditsOfTransactions(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.Postgres(t), Config{})
	raw := b.hub(t)
	b.reaches(t, raw, "") // its first use
	one, two := b.db.MustBegin(), b.db.MustBegin()
	defer one.Rollback()
	defer two.Rollback()
	for i, in := range []bench{{Store: b.In(one)}, {Store: b.In(two)}} {
		for range 2 {
			in.reaches(t, raw, "")
		}
		in.link(t, apikey.ID(fmt.Sprint("x", i)), Inbound, "1")
		if n, _ := in.reaches(t, raw, ""); n != manyOthers+1 {
			t.Errorf("inside its transaction it reaches %d", n)
		}
	}
	for i, tx := range []*sqlx.Tx{two, one} {
		if n, _ := b.reaches(t, raw, ""); n != manyOthers+i {
			t.Errorf("with %d commits it reaches %d", i, n)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if n, _ := b.reaches(t, raw, ""); n != manyOthers+2 {
		t.Errorf("in the end it reaches %d", n)
	}
}

// A transaction that edits many times changes the one row once.
func TestManyEditsAreOneStamp(t *testing.T) {
	t.Parallel()
	db := dbtest.Postgres(t)
	b := newBench(t, db, Config{})
	raw := b.hub(t)
	updated := func() (n int) {
		if err := db.Get(&n, `SELECT pg_stat_get_xact_tuples_updated('buildkey_reach'::regclass)`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	db.SetMaxOpenConns(1)
	before := updated()
	db.MustExec(`INSERT INTO buildkey_links (project, direction, other) SELECT 'm' || n, 'inbound', '1' FROM generate_series(1, 300) AS n`)
	if n := updated() - before; n > 1 {
		t.Errorf("the stamp was written %d times", n)
	}
	if n, _ := b.reaches(t, raw, ""); n != manyOthers+300 {
		t.Errorf("it reaches %d", n)
	}
}
