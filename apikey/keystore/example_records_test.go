package keystore_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// A key is minted when a build starts and revoked when it ends, with a moment
// for the worker's last calls.
func ExampleStore_RevokeBuild() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	start := func(build apikey.ID) apikey.Secret {
		_, secret, err := store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: build})
		if err != nil {
			log.Fatal(err)
		}
		return secret
	}
	end := func(build apikey.ID, grace time.Duration) {
		n, err := store.RevokeBuild(ctx, build, grace)
		fmt.Println("ended", n, err)
	}
	secret := start("42")
	end("42", 30*time.Second)
	key, err := store.Verify(ctx, secret.Reveal())
	fmt.Println("for 30 s more:", !key.RevokedAt.IsZero(), err)
	end("42", 0) // a second call can only shorten
	_, err = store.Verify(ctx, secret.Reveal())
	fmt.Println(errors.Is(err, apikey.ErrRevoked))
	// Output:
	// ended 1 <nil>
	// for 30 s more: true <nil>
	// ended 1 <nil>
	// true
}

// A Filter chooses among keys, by default the live ones.
func ExampleFilter() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()
	threeKeys(ctx, store)
	if _, err := store.RevokeBuild(ctx, "42", 0); err != nil {
		log.Fatal(err)
	}
	for _, f := range []keystore.Filter{{}, {Project: "1"}, {Project: "1", Dead: true}} {
		page, err := store.List(ctx, f)
		fmt.Println(len(page.Keys), err)
	}
	// Output:
	// 2 <nil>
	// 1 <nil>
	// 2 <nil>
}

// A Page is a part of what was chosen, the newest first, and says how many there
// are.
func ExamplePage() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()
	threeKeys(ctx, store)
	for offset := range 3 {
		page, err := store.List(ctx, keystore.Filter{Limit: 1, Offset: offset})
		fmt.Println(page.Keys[0].Name, "of", page.Total, err)
	}
	// Output:
	// another's of 3 <nil>
	// second of 3 <nil>
	// first of 3 <nil>
}

// threeKeys are two of project 1 and one of project 2.
func threeKeys(ctx context.Context, store *keystore.Store) {
	for _, spec := range []keystore.Spec{
		{Name: "first", Project: "1", Version: "3", Build: "42"},
		{Name: "second", Project: "1", Version: "3", Build: "43"},
		{Name: "another's", Project: "2"},
	} {
		if _, _, err := store.Create(ctx, spec); err != nil {
			log.Fatal(err)
		}
	}
}

// The story of a key outlives it. Each Event was written with its change.
func ExampleEvent() {
	ctx := keystore.WithActor(context.Background(), "user:7")
	store, db := open(ctx)
	defer db.Close()

	key, _, err := store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42", Scopes: apikey.Scopes{"build:update"}})
	if err != nil {
		log.Fatal(err)
	}
	if err := store.Revoke(ctx, key.ID, time.Minute); err != nil {
		log.Fatal(err)
	}
	events, err := store.Events(ctx, key.ID)
	for _, e := range events {
		fmt.Printf("%s by %s, scopes %v, %q\n", e.Kind, e.Actor, e.Scopes, e.Detail)
	}
	fmt.Println(err)
	// Output:
	// create by user:7, scopes [build:update], ""
	// revoke by user:7, scopes [], "grace 1m0s"
	// <nil>
}

// A DeriveError tells what a child may not have.
func ExampleDeriveError() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	parent, _, err := store.Create(ctx, keystore.Spec{Project: "1", Version: "3", Build: "42", Scopes: apikey.Scopes{"build:read", apikey.ScopeKeyCreate}})
	if err != nil {
		log.Fatal(err)
	}
	_, _, err = store.Derive(ctx, parent.ID, keystore.Spec{Scopes: apikey.Scopes{"build:update"}})
	if wider, ok := errors.AsType[*keystore.DeriveError](err); ok {
		fmt.Println(wider.Field)
		fmt.Println(wider.Detail)
	}
	// Output:
	// scopes
	// the parent does not permit build:update
}

// What Verify answered, for a metric.
func ExampleStats() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	for _, raw := range []string{"", "bk_typo", "no key at all"} {
		_, err := store.Verify(ctx, raw)
		fmt.Println(errors.Is(err, apikey.ErrMalformed))
	}
	fmt.Println(store.Stats().Malformed)
	// Output:
	// true
	// true
	// true
	// 3
}
