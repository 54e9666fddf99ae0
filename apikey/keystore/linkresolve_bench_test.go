package keystore

import (
	"fmt"
	"testing"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/jmoiron/sqlx"
)

// crowd makes 20,000 projects list project 1, and 20,000 others each other.
func crowd(tb testing.TB, db *sqlx.DB) {
	tb.Helper()
	number := `generate_series(1, 20000) AS n`
	if db.DriverName() == "sqlite" {
		number = `(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000) SELECT n FROM c)`
	}
	for _, statement := range []string{
		`INSERT INTO buildkey_links (project, direction, other) SELECT 'p' || n, 'inbound', '1' FROM ` + number,
		`INSERT INTO buildkey_links (project, direction, other) SELECT 'q' || n, 'inbound', 'q' || (n + 1) FROM ` + number,
		`INSERT INTO buildkey_projects (id) SELECT 'p' || n FROM ` + number,
		`ANALYZE`,
	} {
		if _, err := db.Exec(statement); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkVerify tells what links cost, beside a bare read of the key's row: a key
// of a project without any, of one that one project lists, and of one that 20,000 list.
func BenchmarkVerify(b *testing.B) {
	for _, db := range []*sqlx.DB{dbtest.Postgres(b), dbtest.SQLite(b)} {
		s := newBench(b, db, Config{})
		crowd(b, db)
		for _, row := range []struct{ name, project string }{{"alone", "0"}, {"listed by one", "q2"}, {"listed by 20000", "1"}} {
			k, raw := s.mint(b, Spec{Project: apikey.ID(row.project)})
			verify := func() error { return second(s.Verify(b.Context(), raw)) }
			if row.project == "0" {
				b.Run(s.dialect.String()+"/bare", repeated(s.bare(b, k.ID)))
			}
			b.Run(fmt.Sprintf("%s/%s", s.dialect, row.name), repeated(verify))
		}
	}
}

func repeated(op func() error) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := op(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
