package queryset_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// Fields say what a key attached further down may do with the row above it.
func ExampleFields() {
	db, ctx := exampleDB(), keyInContext("1", "2") // of a run
	defer db.Close()
	sites := &queryset.Table{
		Name: "sites", Resource: "project", Project: "id",
		Write:    []string{"name", "owner"}, // for keys of a site
		Ancestor: &queryset.Fields{Read: []string{"id", "name"}, Write: []string{"name"}},
	}
	fmt.Println(sites.For(ctx).Update(ctx, db, 1, queryset.Values{"name": "manual"}))
	fmt.Println(sites.For(ctx).Update(ctx, db, 1, queryset.Values{"owner": "eve"}))
	fmt.Println(sites.For(ctx).Update(ctx, db, 2, queryset.Values{"name": "manual"}))
	// Output:
	// <nil>
	// queryset: the column "owner" of sites is not writable: apikey: forbidden
	// apikey: not found
}

// The Parent leads to what the steps have no column for, here the site. Their
// run_id is their Build, too, so that an Insert may leave it out.
func ExampleParent() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()
	steps := &queryset.Table{
		Name: "steps", Resource: "command",
		Build: "run_id", Parent: &queryset.Parent{Table: runs, Column: "run_id"},
		Write: []string{"command"},
	}
	id, err := steps.For(ctx).Insert(ctx, db, queryset.Values{"command": "make dist"})
	if err != nil {
		log.Fatal(err)
	}
	row := map[string]any{}
	fmt.Println(steps.For(ctx).Get(ctx, db, row, id), row["run_id"])
	// Output: <nil> 2
}

// Public rows are for callers without a key.
func ExamplePublic() {
	db, nobody := exampleDB(), context.Background()
	defer db.Close()
	runs := &queryset.Table{
		Name: "runs", Resource: "build", Project: "site_id", Build: "id",
		Public: &queryset.Public{Where: "state = 'finished'", Read: []string{"id", "state"}},
	}
	for id := range 2 {
		row := map[string]any{}
		fmt.Println(runs.For(nobody).Get(nobody, db, row, id+1), row)
	}
	// Output:
	// <nil> map[id:1 state:finished]
	// apikey: not found map[]
}

// Values may come from whoever sends a request: what a key may not write, and what
// a column does not take, is refused.
func ExampleValues() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()
	for _, body := range []string{`{"state": "finished"}`, `{"site_id": 2}`, `{"state": ["finished"]}`} {
		var set queryset.Values
		if err := json.Unmarshal([]byte(body), &set); err != nil {
			log.Fatal(err)
		}
		fmt.Println(runs.For(ctx).Update(ctx, db, 2, set))
	}
	// Output:
	// <nil>
	// queryset: the column "site_id" of runs is not writable: apikey: forbidden
	// queryset: the column "state" of runs takes no []interface {}
}

// A Part tells which rule put a condition there, and holds no value.
func ExamplePart() {
	db := exampleDB()
	defer db.Close()
	key := apikey.Key{
		Project: "1", Permits: apikey.Scopes{"build:read"},
		AllowList: apikey.AllowList{{Type: "build", ID: "2"}},
	}
	ctx := apikey.NewContext(context.Background(), key)
	why, err := runs.For(ctx).Explain(ctx, db, "read")
	if err != nil {
		log.Fatal(err)
	}
	for _, part := range why.Parts {
		fmt.Println(part.Rows, "|", part.Rule, "|", part.SQL, "|", part.Args)
	}
	// Output:
	// own | attachment: project | "runs"."site_id" = ? | [the key's project (integer)]
	// own | allow list | "runs"."id" IN (SELECT value FROM json_each(?)) | [allow list (integer list)]
}
