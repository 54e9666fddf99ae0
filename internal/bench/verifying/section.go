package verifying

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/internal/bench/database"
	"github.com/buildkey/buildkey/internal/bench/keyring"
	"github.com/buildkey/buildkey/internal/bench/measure"
	"github.com/buildkey/buildkey/internal/bench/report"
)

// Section measures verifications on both databases: a PostgreSQL one at the address,
// and a SQLite file in the folder.
func Section(ctx context.Context, effort measure.Effort, address, folder string) (report.Section, error) {
	section := report.Section{
		Title: "5. Verifying a key",
		Text: "A live key, verified by the store (which also looks at the keys above it and at its project's links), and by " +
			"the cache that has it in memory.",
	}
	postgres, err := database.OpenPostgres(address)
	if err != nil {
		return section, err
	}
	defer postgres.Close()
	sqlite, err := database.OpenSQLite(folder, "verifying.db")
	if err != nil {
		return section, err
	}
	defer sqlite.Close()
	return section, errors.Join(
		compare(ctx, &section, effort, postgres, address, address),
		compare(ctx, &section, effort, sqlite, database.SQLiteDSN(folder, "verifying.db"), ""),
	)
}

// compare adds the table of one database, its targets and its counts.
func compare(ctx context.Context, s *report.Section, effort measure.Effort, db *sqlx.DB, dsn, listen string) error {
	keys, err := keyring.New(ctx, db, listen, 100)
	if err != nil {
		return err
	}
	defer keys.Stop()
	read, stmt, err := bare(ctx, db, keys)
	if err != nil {
		return err
	}
	defer stmt.Close()
	store := verification(ctx, "buildkey, keystore", "one statement; the record, the keys above it, its links", keys.Store, keys.Raw)
	title := "A live key on " + db.DriverName()
	err = s.Measure(effort, measure.Group{Title: title, Base: read.Name, Cases: []measure.Case{
		read, store, verification(ctx, "buildkey, keycache hit", "no query", keys.Cache, keys.Raw),
	}})
	if err != nil {
		return err
	}
	facts, err := statements(ctx, db, dsn)
	s.Facts = append(s.Facts, facts...)
	return errors.Join(err, s.AimRatio(
		fmt.Sprintf("cold verification on %s, of a bare read by primary key", db.DriverName()), 1.3, title, store.Name, read.Name, store))
}
