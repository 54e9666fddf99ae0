package keystore_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// open makes a store in memory. A real one is a file, or PostgreSQL.
func open(ctx context.Context) (*keystore.Store, *sqlx.DB) {
	db, err := sqlx.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	store, err := keystore.New(db, keystore.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	if err := store.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	return store, db
}

func Example() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	_, secret, err := store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the secret prints as", secret)

	key, err := store.Verify(ctx, secret.Reveal()) // as a worker presents it
	fmt.Println(key.Level(), key.Build, key.HasScope("build:update"), err)
	fmt.Println("lives", key.ExpiresAt.Sub(key.ActivatedAt))

	_, err = store.RevokeBuild(ctx, "42", 0)
	fmt.Println(err)
	_, err = store.Verify(ctx, secret.Reveal())
	fmt.Println(errors.Is(err, apikey.ErrRevoked), errors.Is(err, apikey.ErrInvalid))
	// Output:
	// the secret prints as [redacted]
	// build 42 true <nil>
	// lives 3h0m0s
	// <nil>
	// true true
}

// A worker that runs somebody's script gives it less than it has itself.
func ExampleStore_Derive() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	parent, _, err := store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42", Scopes: apikey.Scopes{"builder", apikey.ScopeKeyCreate}})
	if err != nil {
		log.Fatal(err)
	}
	child, _, err := store.Derive(ctx, parent.ID, keystore.Spec{Scopes: apikey.Scopes{"build:read"}, TTL: 10 * time.Minute})
	fmt.Println(child.Build, child.Permits, err)

	_, _, err = store.Derive(ctx, parent.ID, keystore.Spec{Build: "43"})
	fmt.Println(err)
	fmt.Println(errors.Is(err, apikey.ErrForbidden))
	// Output:
	// 42 [build:read] <nil>
	// keystore: build: "43" is not the parent's "42"
	// true
}

// What goes on a queue is a handle, which is worth nothing once it was opened.
func ExampleStore_Wrap() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	_, secret, err := store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42"})
	if err != nil {
		log.Fatal(err)
	}
	handle, err := store.Wrap(ctx, secret, 10*time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	opened, err := store.Unwrap(ctx, handle.Reveal())
	fmt.Println(opened.Reveal() == secret.Reveal(), err)

	_, err = store.Unwrap(ctx, handle.Reveal()) // somebody has read the queue
	fmt.Println(errors.Is(err, keystore.ErrHandleSpent))
	_, err = store.Verify(ctx, secret.Reveal())
	fmt.Println(err)
	// Output:
	// true <nil>
	// true
	// apikey: the key was revoked: ask for a new one
}

// A build and its key are made together, or neither is.
func ExampleStore_In() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()
	db.MustExec(`CREATE TABLE builds (id INTEGER PRIMARY KEY, project INTEGER)`)

	tx := db.MustBegin()
	tx.MustExec(`INSERT INTO builds (id, project) VALUES (42, 1)`)
	key, _, err := store.In(tx).Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42"})
	fmt.Println(key.Build, err)
	if err := tx.Rollback(); err != nil {
		log.Fatal(err)
	}
	_, err = store.Get(ctx, key.ID)
	fmt.Println(errors.Is(err, apikey.ErrNotFound))
	// Output:
	// 42 <nil>
	// true
}
