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
