package keystore_test

import (
	"context"
	"fmt"
	"log"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// reached prints the projects that a new key of a project reaches beside its own.
func reached(ctx context.Context, store *keystore.Store, project apikey.ID) {
	_, secret, err := store.Create(ctx, keystore.Spec{Project: project})
	if err != nil {
		log.Fatal(err)
	}
	key, err := store.Verify(ctx, secret.Reveal())
	fmt.Println(key.Links, err)
}

// Project 2 lets keys of project 1 in, to read its builds.
func ExampleLinkEdit() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	reached(ctx, store, "1")
	err := store.AddLink(ctx, keystore.LinkEdit{Project: "2", Direction: keystore.Inbound, Other: "1", Scopes: apikey.Scopes{"build:read"}})
	fmt.Println(err)
	reached(ctx, store, "1")
	// Output:
	// [] <nil>
	// <nil>
	// [{2 [build:read]}] <nil>
}

// Projects 2 and 3 let keys of project 1 in. Project 1 lists, outbound, that its
// keys may go to project 2 alone.
func ExampleDirection() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	for _, err := range []error{
		store.SetLinkMode(ctx, "1", "", keystore.Listed),
		store.AddLink(ctx, keystore.LinkEdit{Project: "1", Direction: keystore.Outbound, Other: "2"}),
		store.AddLink(ctx, keystore.LinkEdit{Project: "2", Direction: keystore.Inbound, Other: "1", Scopes: apikey.Scopes{"build:read"}}),
		store.AddLink(ctx, keystore.LinkEdit{Project: "3", Direction: keystore.Inbound, Other: "1", Scopes: apikey.Scopes{"build:read"}}),
	} {
		if err != nil {
			log.Fatal(err)
		}
	}
	reached(ctx, store, "1")
	// Output: [{2 [build:read]}] <nil>
}

// A LinkMode opens a direction to every project, or closes it to those listed. An
// empty one leaves it as it is.
func ExampleLinkMode() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	for _, inbound := range []keystore.LinkMode{keystore.Open, "", keystore.Listed} {
		if err := store.SetLinkMode(ctx, "2", inbound, ""); err != nil {
			log.Fatal(err)
		}
		links, err := store.Links(ctx, "2")
		fmt.Println(links.Inbound.Mode, links.Outbound.Mode, err)
	}
	// Output:
	// open open <nil>
	// open open <nil>
	// listed open <nil>
}

// A LinkList is one direction: its mode and its entries.
func ExampleLinkList() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	for _, other := range []apikey.ID{"1", "3"} {
		if err := store.AddLink(ctx, keystore.LinkEdit{Project: "2", Direction: keystore.Inbound, Other: other}); err != nil {
			log.Fatal(err)
		}
	}
	links, err := store.Links(ctx, "2")
	for _, entry := range links.Inbound.Entries {
		fmt.Println("keys of project", entry.Project)
	}
	fmt.Println("others too:", links.Inbound.Mode == keystore.Open, err)
	// Output:
	// keys of project 1
	// keys of project 3
	// others too: false <nil>
}

// By default nobody's keys come in, and one's own may go where they are let in.
func ExampleLinkSettings() {
	ctx := context.Background()
	store, db := open(ctx)
	defer db.Close()

	links, err := store.Links(ctx, "2")
	fmt.Println("in", links.Inbound.Mode, links.Inbound.Entries, "out", links.Outbound.Mode, err)
	// Output: in listed [] out open <nil>
}
