package keystore

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
)

// Who forgot to migrate is told so.
func TestUnmigratedSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		s, err := New(db, Config{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Create(t.Context(), Spec{Project: "1"})
		refusedAs(t, "create", err, apikey.ErrUnavailable)
		if !strings.HasSuffix(err.Error(), "call Store.Migrate first") {
			t.Error(err)
		}
	})
}

// What is wrong with a row of a table that is there is no matter for Migrate.
func TestViolationsDoNotAskForMigrate(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		b.mint(t, Spec{})
		for what, statement := range map[string]string{
			"a check": `UPDATE buildkey_keys SET depth = 9`,
			"a null":  `UPDATE buildkey_keys SET project = NULL`,
		} {
			err := b.change(t.Context(), "change a key", func(c *change) error { return second(c.exec(statement)) })
			refusedAs(t, what, err, apikey.ErrUnavailable)
			if strings.Contains(err.Error(), "Migrate") {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}
