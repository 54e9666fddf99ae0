package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/internal/server"
)

// databaseFlag lets a command choose the server's database.
func databaseFlag(cmd *cobra.Command, url *string) {
	cmd.Flags().StringVar(url, "database-url", server.DefaultDatabaseURL, "`URL` of the database: sqlite://PATH or postgres://…")
	alsoFrom(cmd, "database-url", "BUILDKEY_DATABASE_URL")
}

// ledger is the server's database, opened beside the server.
type ledger struct {
	*keystore.Store
	db *sqlx.DB
}

// onLedger makes do the body of a command, on the database that a flag names. The
// audit trail names the system's user. A PostgreSQL that falls silent is given up.
func (p *program) onLedger(cmd *cobra.Command, do ledgerWork) *cobra.Command {
	return p.onLedgerWithin(p.silence, cmd, do)
}

// ledgerWork is the body of a command on a ledger.
type ledgerWork func(ctx context.Context, l ledger, args []string) error

// onLedgerWithin is onLedger with another limit on silence, zero for none.
func (p *program) onLedgerWithin(silence time.Duration, cmd *cobra.Command, do ledgerWork) *cobra.Command {
	var url string
	databaseFlag(cmd, &url)
	cmd.RunE = p.running(func(cmd *cobra.Command, args []string) error {
		ctx := keystore.WithActor(cmd.Context(), actor())
		l, err := p.openLedger(ctx, url, silence)
		if err != nil {
			return err
		}
		defer l.db.Close()
		return do(ctx, l, args)
	})
	return cmd
}

// openLedger takes a database that is there and has its tables: a mistyped path
// is an error, and makes no file.
func (p *program) openLedger(ctx context.Context, url string, silence time.Duration) (ledger, error) {
	if err := checkDatabaseURL(url); err != nil {
		return ledger{}, err
	}
	if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
		if _, err := os.Stat(path); err != nil {
			return ledger{}, fmt.Errorf("there is no database %s: check --database-url, or make it with `buildkey migrate`", path)
		}
	}
	db, err := server.OpenDBWithin(ctx, url, silence)
	if err != nil {
		return ledger{}, err
	}
	l, err := p.newLedger(ctx, db)
	if err != nil {
		db.Close()
	}
	return l, err
}

func (p *program) newLedger(ctx context.Context, db *sqlx.DB) (ledger, error) {
	store, err := keystore.New(db, keystore.Config{Now: p.now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return ledger{}, err
	}
	l := ledger{Store: store, db: db}
	return l, l.checkSchema(ctx)
}

// checkSchema wants the tables that this program knows.
func (l ledger) checkSchema(ctx context.Context) error {
	at, known, err := l.SchemaVersion(ctx)
	switch {
	case err != nil:
		return err
	case at < 0:
		return errors.New("the database has no tables of buildkey's: check --database-url, or make them with `buildkey migrate`")
	case at < known:
		return fmt.Errorf("the database has schema %d and this program needs %d: update it with `buildkey migrate`", at, known)
	case at > known:
		return fmt.Errorf("the database has schema %d and this program knows %d: run a newer buildkey", at, known)
	}
	return nil
}
