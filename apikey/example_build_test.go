package apikey_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // driver "sqlite"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/queryset"
)

// startBuild makes a build and its key, or neither, for a caller who is staff.
func startBuild(ctx context.Context, db *sqlx.DB, store *keystore.Store, project, version apikey.ID) (build apikey.ID, secret apikey.Secret, err error) {
	tx, err := queryset.Begin(ctx, db)
	if err != nil {
		return "", secret, err
	}
	defer tx.Rollback() // does nothing once it is committed
	build, err = builds.For(ctx).Insert(ctx, tx, queryset.Values{"project_id": project, "version_id": version})
	if err != nil {
		return "", secret, err
	}
	_, secret, err = store.In(tx.Tx).Create(ctx, keystore.Spec{Project: project, Version: version, Build: build})
	if err != nil {
		return "", secret, err
	}
	return build, secret, tx.Commit() // secret.Reveal() is for the worker
}

// endBuild leaves the worker half a minute for its last calls.
func endBuild(ctx context.Context, store *keystore.Store, build apikey.ID) error {
	_, err := store.RevokeBuild(ctx, build, 30*time.Second)
	return err
}

// A key is minted in the transaction that makes its build, and revoked when the
// build ends.
func Example_buildStartsAndEnds() {
	db := sqlx.MustOpen("sqlite", ":memory:")
	defer db.Close()
	db.SetMaxOpenConns(1)
	db.MustExec(`CREATE TABLE builds (id integer PRIMARY KEY, project_id integer, version_id integer) STRICT`)
	clock := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	store, err := keystore.New(db, keystore.Config{Now: func() time.Time { return clock }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	ctx := apikey.WithEverything(context.Background(), "staff") // in a request, the middleware does
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}

	build, secret, err := startBuild(ctx, db, store, "1", "11")
	fmt.Println("build", build, err)
	key, err := store.Verify(ctx, secret.Reveal())
	fmt.Println("its key:", key.Project, key.Version, key.Build, err)
	fmt.Println(endBuild(ctx, store, build))
	clock = clock.Add(30 * time.Second)
	_, err = store.Verify(ctx, secret.Reveal())
	fmt.Println(errors.Is(err, apikey.ErrRevoked))
	// Output:
	// build 1 <nil>
	// its key: 1 11 1 <nil>
	// <nil>
	// true
}
