package queryset_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/buildkey/buildkey/queryset"
)

// A Table says once how rows hang from project, version and build. Steps have no
// column for the project: their Parent leads to it.
func ExampleTable() {
	Sites := &queryset.Table{
		Name: "sites", Resource: "project",
		Project:  "id",
		Ancestor: &queryset.Fields{Read: []string{"id", "name"}}, // for the keys of its runs
		Public:   &queryset.Public{Where: "name = 'docs'", Read: []string{"id", "name"}},
	}
	Runs := &queryset.Table{
		Name: "runs", Resource: "build",
		Project: "site_id", Build: "id",
		Write: []string{"state"},
	}
	Steps := &queryset.Table{
		Name: "steps", Resource: "command",
		Parent: &queryset.Parent{Table: Runs, Column: "run_id"},
		Write:  []string{"command", "exit_code"},
	}
	db, worker, nobody := exampleDB(), keyInContext("1", "2"), context.Background()
	defer db.Close()
	fmt.Println(queryset.Check(nobody, db, Sites, Runs, Steps))

	own, err := Steps.For(worker).Count(worker, db)
	fmt.Println("steps of the worker's run:", own, err)
	site := map[string]any{}
	err = Sites.For(worker).Get(worker, db, site, 1)
	fmt.Println("its site:", site, err)
	public, err := Sites.For(nobody).Count(nobody, db)
	fmt.Println("sites for nobody:", public, err)
	_, err = Steps.For(nobody).Count(nobody, db)
	fmt.Println("steps for nobody:", errors.Is(err, queryset.ErrUnscoped))
	// Output:
	// <nil>
	// steps of the worker's run: 2 <nil>
	// its site: map[id:1 name:docs] <nil>
	// sites for nobody: 1 <nil>
	// steps for nobody: true
}

// Work that belongs to no request says why it looks at every row.
func ExampleTable_Unscoped() {
	db, ctx := exampleDB(), context.Background()
	defer db.Close()

	n, err := runs.Unscoped("statistics of the night").Where("state = ?", "building").Count(ctx, db)
	fmt.Println(n, err)
	// Output: 2 <nil>
}

// A row can be added under the key's build and under no other. A sibling's
// build reads like one that does not exist.
func ExampleQuery_Insert() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()

	id, err := steps.For(ctx).Insert(ctx, db, queryset.Values{"run_id": 2, "command": "make dist"})
	fmt.Println(id, err)
	for _, run := range []int{1, 999} {
		_, err = steps.For(ctx).Insert(ctx, db, queryset.Values{"run_id": run, "command": "make dist"})
		fmt.Println(err)
	}
	// Output:
	// 9 <nil>
	// queryset: a row to insert into steps lies outside the key's reach, or its parent does: apikey: forbidden
	// queryset: a row to insert into steps lies outside the key's reach, or its parent does: apikey: forbidden
}

// An Explanation can be logged: no Part of it holds a value.
func ExampleExplanation() {
	db := exampleDB()
	defer db.Close()

	ctx := keyInContext("", "") // attached to nothing
	why, err := runs.For(ctx).Explain(ctx, db, "read")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(why.Parts[0].Rule)
	fmt.Println(why.SQL)
	// Output:
	// nothing is in reach: the key has no project
	// 1 = 0
}

// finish runs on a pool or in a transaction: each is a DB.
func finish(ctx context.Context, db queryset.DB) error {
	if _, err := steps.For(ctx).Insert(ctx, db, queryset.Values{"run_id": 2, "command": "done"}); err != nil {
		return err
	}
	return runs.For(ctx).Update(ctx, db, 2, queryset.Values{"state": "finished"})
}

func ExampleDB() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()

	fmt.Println(finish(ctx, db))
	done, err := runs.For(ctx).Where("state = ?", "finished").Count(ctx, db)
	fmt.Println(done, err)
	// Output:
	// <nil>
	// 1 <nil>
}

// What belongs together is done in a Tx, or not at all.
func ExampleTx() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()

	tx, err := queryset.Begin(ctx, db)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(finish(ctx, tx), tx.Rollback())
	done, err := runs.For(ctx).Where("state = ?", "finished").Count(ctx, db)
	fmt.Println(done, err)
	// Output:
	// <nil> <nil>
	// 0 <nil>
}
