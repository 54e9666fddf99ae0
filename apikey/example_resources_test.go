package apikey_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // driver "sqlite"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
	"github.com/buildkey/buildkey/queryset"
)

var builds = &queryset.Table{
	Name: "builds", Resource: "build", // which the default catalog has
	Project: "project_id", Version: "version_id", Build: "id",
}

var artifacts = &queryset.Table{
	Name: "artifacts", Resource: "artifact", // the name that scopes and allow lists use
	Parent: &queryset.Parent{Table: builds, Column: "build_id"},
	Write:  []string{"name"},
}

// withArtifacts is the default catalog and the resource of the table above.
func withArtifacts() (*apikey.Catalog, error) {
	vocabulary := apikey.DefaultVocabulary()
	vocabulary.Resources["artifact"] = []string{"read", "create", "update", "delete"}
	vocabulary.Bundles = apikey.StandardBundles(vocabulary.Resources) // so that buildkey:builder holds it
	return apikey.NewCatalog(vocabulary)
}

// insertArtifact is what a build's key of the store may do with an artifact.
func insertArtifact(db *sqlx.DB, store *keystore.Store) error {
	ctx := context.Background()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	_, secret, err := store.Create(ctx, keystore.Spec{Project: "1", Version: "11", Build: "101"})
	if err != nil {
		return err
	}
	key, err := store.Verify(ctx, secret.Reveal()) // in a request, the middleware does
	if err != nil {
		return err
	}
	_, err = artifacts.ForKey(key).Insert(ctx, db, queryset.Values{"build_id": 101, "name": "site.tar"})
	return err
}

// A table whose Resource is the application's own needs a catalog that knows it,
// given to the store: a key permits only what the store's catalog names, so that
// without one every call on the table is refused.
func Example_ownResource() {
	db := sqlx.MustOpen("sqlite", ":memory:")
	defer db.Close()
	db.SetMaxOpenConns(1)
	db.MustExec(`CREATE TABLE builds (id integer PRIMARY KEY, project_id integer, version_id integer);
		CREATE TABLE artifacts (id integer PRIMARY KEY, build_id integer, name text);
		INSERT INTO builds VALUES (101, 1, 11)`)

	catalog, err := withArtifacts()
	if err != nil {
		log.Fatal(err)
	}
	for _, catalog := range []*apikey.Catalog{nil, catalog} {
		store, err := keystore.New(db, keystore.Config{Catalog: catalog, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(insertArtifact(db, store))
	}
	// Output:
	// apikey: the key lacks the scope artifact:create
	// <nil>
}
