package verifying

import (
	"context"
	"database/sql"
	"log/slog"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/bench/keyring"
	"github.com/buildkey/buildkey/internal/bench/report"
)

// statements counts what a first and a later verification send to the database.
func statements(ctx context.Context, like *sqlx.DB, dsn string) ([]report.Fact, error) {
	count := &counter{driver: like.Driver(), dsn: dsn}
	db := sqlx.NewDb(sql.OpenDB(count), like.DriverName())
	defer db.Close()
	store, err := keystore.New(db, keystore.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	_, secret, err := store.Create(ctx, keyring.Build)
	if err != nil {
		return nil, err
	}
	var facts []report.Fact
	for _, use := range []struct{ name, raw string }{
		{"first use of a key", secret.Reveal()}, {"later use", secret.Reveal()}, {"garbage", "bk_garbage"},
	} {
		before := count.statements.Load()
		_, err := store.Verify(ctx, use.raw)
		if err != nil && use.name != "garbage" {
			return nil, err
		}
		facts = append(facts, report.Fact{
			Name: like.DriverName() + ", " + use.name, Value: float64(count.statements.Load() - before), Unit: "statements",
		})
	}
	return facts, nil
}
