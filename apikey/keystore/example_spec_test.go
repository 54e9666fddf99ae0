package keystore_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// A Spec says what to mint. Only the project is required.
func ExampleSpec() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	list, err := apikey.ParseAllowList("build:42")
	if err != nil {
		log.Fatal(err)
	}
	for _, spec := range []keystore.Spec{
		{Name: "plain", Project: "1"},
		{Name: "narrow", Project: "1", Version: "3", Build: "42", Scopes: apikey.Scopes{"build:update"}, AllowList: list, TTL: time.Hour},
	} {
		key, _, err := store.Create(ctx, spec)
		fmt.Println(key.Name, key.Level(), key.Scopes, key.AllowList.Strings(), err)
	}
	// Output:
	// plain project [buildkey:builder] [*:*] <nil>
	// narrow build [build:update] [build:42] <nil>
}

// A SpecError names every field that is wrong, each as a FieldError.
func ExampleSpecError() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	_, _, err := store.Create(ctx, keystore.Spec{Project: "1", TTL: 30 * time.Hour, Scopes: apikey.Scopes{"build:fly"}})
	if bad, ok := errors.AsType[*keystore.SpecError](err); ok {
		for _, f := range bad.Fields {
			fmt.Printf("%s: %s\n", f.Field, f.Detail)
		}
	}
	// Output:
	// scopes: scope "build:fly" is unknown: it is neither resource:action, resource:* nor a bundle of the catalog
	// ttl: 30h0m0s is above the maximum 24h0m0s
}

// Each FieldError is about one field, under its name in JSON, as an API's own
// answer can repeat it.
func ExampleFieldError() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	_, _, err := store.Create(ctx, keystore.Spec{})
	if bad, ok := errors.AsType[*keystore.SpecError](err); ok {
		fmt.Println(bad.Fields[0].Field)
		fmt.Println(bad.Fields[0].Detail)
	}
	// Output:
	// project
	// is required
}

// A Config of an application with resources and a prefix of its own.
func ExampleConfig() {
	catalog, err := apikey.NewCatalog(apikey.Vocabulary{
		Resources: map[string][]string{"job": {"read", "update", "retry"}, "key": {"create"}},
		Bundles:   map[string][]string{apikey.BundleBuilder: {"job:read", "job:update"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	db := sqlx.MustOpen("sqlite", ":memory:")
	defer db.Close()
	store, err := keystore.New(db, keystore.Config{Prefix: "ci", Catalog: catalog, Retention: 30 * 24 * time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(store.Catalog().Resources())
	// Output: [job key]
}

// Limits may differ from one Spec to another: here staff's keys live longer.
func ExampleLimits() {
	db := sqlx.MustOpen("sqlite", ":memory:")
	defer db.Close()
	store, err := keystore.New(db, keystore.Config{
		Limits: func(s keystore.Spec) keystore.Limits {
			if s.CreatedBy == "staff" {
				return keystore.Limits{MaxTTL: 72 * time.Hour}
			}
			return keystore.Limits{} // the defaults
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, by := range []string{"staff", "user:7"} {
		_, limits := store.Lifetimes(keystore.Spec{Project: "1", CreatedBy: by})
		fmt.Println(by, limits.MaxTTL, limits.MaxActivateWithin)
	}
	// Output:
	// staff 72h0m0s 168h0m0s
	// user:7 24h0m0s 168h0m0s
}
