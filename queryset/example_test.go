package queryset_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // driver "sqlite"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

var (
	sites = &queryset.Table{Name: "sites", Resource: "project", Project: "id",
		Ancestor: &queryset.Fields{Read: []string{"id", "name"}}}
	runs = &queryset.Table{Name: "runs", Resource: "build", Project: "site_id", Build: "id",
		Write: []string{"state"}}
	steps = &queryset.Table{Name: "steps", Resource: "command",
		Parent: &queryset.Parent{Table: runs, Column: "run_id"},
		Write:  []string{"command", "exit_code"}}
)

type step struct {
	ID       int64  `db:"id"`
	Command  string `db:"command"`
	ExitCode *int   `db:"exit_code"`
}

// exampleDB has two sites, each with two runs of two steps.
func exampleDB() *sqlx.DB {
	db, err := sqlx.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	db.MustExec(`
		CREATE TABLE sites (id integer PRIMARY KEY, name text, owner text);
		CREATE TABLE runs (id integer PRIMARY KEY, site_id integer, state text);
		CREATE TABLE steps (id integer PRIMARY KEY, run_id integer, command text, exit_code integer);
		INSERT INTO sites VALUES (1, 'docs', 'ada'), (2, 'blog', 'bob');
		INSERT INTO runs VALUES (1, 1, 'finished'), (2, 1, 'building'), (3, 2, 'building'), (4, 2, 'finished');
		INSERT INTO steps (run_id, command, exit_code) VALUES (1, 'make', 0), (1, 'make test', 0), (2, 'make', 0),
			(2, 'make test', 2), (3, 'hugo', 1), (3, 'rsync', 0), (4, 'hugo', 0), (4, 'rsync', 0);`)
	return db
}

// keyInContext is a request whose key is attached to a site, and perhaps to a
// run of it; middleware makes it so.
func keyInContext(site, run apikey.ID) context.Context {
	return apikey.NewContext(context.Background(), apikey.Key{
		Project: site, Build: run,
		Permits:   apikey.Scopes{"project:*", "build:*", "command:*"},
		AllowList: apikey.AllowList{{Type: "*", ID: "*"}},
	})
}

func Example() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()

	var list []step
	err := steps.For(ctx).Where("exit_code <> ?", 0).OrderBy("id").Select(ctx, db, &list)
	fmt.Println(len(list), list[0].Command, err)

	id, err := steps.For(ctx).Insert(ctx, db, queryset.Values{"run_id": 2, "command": "make dist"})
	fmt.Println(id, err)

	_, err = steps.For(ctx).Insert(ctx, db, queryset.Values{"run_id": 1, "command": "make dist"})
	fmt.Println(errors.Is(err, queryset.ErrForbidden), err)

	var another step
	fmt.Println(steps.For(ctx).Get(ctx, db, &another, 1))
	// Output:
	// 1 make test <nil>
	// 9 <nil>
	// true queryset: a row to insert into steps lies outside the key's reach, or its parent does: apikey: forbidden
	// apikey: not found
}

// Each table of a join that the key must be held to has its own predicate,
// under the alias that it has in the statement.
func ExampleQuery_Predicate_join() {
	db, ctx := exampleDB(), keyInContext("1", "")
	defer db.Close()

	inSteps, args, err := steps.For(ctx).Predicate(ctx, db, "read", "s")
	if err != nil {
		log.Fatal(err)
	}
	inRuns, more, err := runs.For(ctx).Predicate(ctx, db, "read", "r")
	if err != nil {
		log.Fatal(err)
	}
	text := "SELECT s.command || ' of run ' || r.id FROM steps s JOIN runs r ON r.id = s.run_id" +
		" WHERE s.exit_code > ? AND " + inSteps + " AND " + inRuns + " ORDER BY s.id"
	args = append(append([]any{0}, args...), more...)

	var lines []string
	err = db.SelectContext(ctx, &lines, queryset.Rebind(db, text), args...)
	fmt.Println(lines, err)
	// Output: [make test of run 2] <nil>
}

// An aggregate is of what the predicate leaves.
func ExampleQuery_Predicate_aggregate() {
	db, ctx := exampleDB(), keyInContext("2", "")
	defer db.Close()

	in, args, err := runs.For(ctx).Predicate(ctx, db, "read", "r")
	if err != nil {
		log.Fatal(err)
	}
	text := "SELECT r.state, count(*) AS n FROM runs r WHERE " + in + " GROUP BY r.state ORDER BY r.state"

	var counts []struct {
		State string `db:"state"`
		N     int    `db:"n"`
	}
	err = db.SelectContext(ctx, &counts, queryset.Rebind(db, text), args...)
	fmt.Println(counts, err)
	// Output: [{building 1} {finished 1}] <nil>
}

// A common table expression holds the scope once; what reads from it cannot
// leave it.
func ExampleQuery_Predicate_with() {
	db, ctx := exampleDB(), keyInContext("1", "")
	defer db.Close()

	in, args, err := steps.For(ctx).Predicate(ctx, db, "read", "")
	if err != nil {
		log.Fatal(err)
	}
	text := "WITH mine AS (SELECT * FROM steps WHERE " + in + ")" +
		" SELECT command FROM mine WHERE exit_code = (SELECT max(exit_code) FROM mine)"

	var command string
	err = db.GetContext(ctx, &command, queryset.Rebind(db, text), args...)
	fmt.Println(command, err)
	// Output: make test <nil>
}

func ExampleQuery_Explain() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()

	why, err := steps.For(ctx).Where("exit_code > ?", 0).Explain(ctx, db, "read")
	if err != nil {
		log.Fatal(err)
	}
	for _, part := range why.Parts {
		fmt.Printf("%s: %s %q\n", part.Rule, part.SQL, part.Args)
	}
	// Output:
	// parent: runs: "parent 1"."id" = "steps"."run_id" []
	// attachment: project: "parent 1"."site_id" = ? ["the key's project (integer)"]
	// attachment: build: "parent 1"."id" = ? ["the key's build (integer)"]
	// where: (exit_code > ?) ["argument (int)"]
}

func ExampleQuery_Columns() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()

	columns, err := sites.For(ctx).Columns(ctx, db)
	fmt.Println(columns, err)
	// Output: [id name] <nil>
}

func ExampleQuery_InsertAll() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()

	ids, err := steps.For(ctx).InsertAll(ctx, db, []queryset.Values{
		{"run_id": 2, "command": "configure"},
		{"run_id": 2, "command": "make"},
	})
	fmt.Println(ids, err)
	// Output: [9 10] <nil>
}

func ExampleBegin() {
	db, ctx := exampleDB(), keyInContext("1", "2")
	defer db.Close()

	tx, err := queryset.Begin(ctx, db)
	if err != nil {
		log.Fatal(err)
	}
	defer tx.Rollback()
	n, err := steps.For(ctx).DeleteAll(ctx, tx)
	fmt.Println(n, err)
	err = runs.For(ctx).Update(ctx, tx, 2, queryset.Values{"state": "triggered"})
	fmt.Println(err, tx.Commit())
	// Output:
	// 2 <nil>
	// <nil> <nil>
}

func ExampleCheck() {
	db := exampleDB()
	defer db.Close()

	mistaken := &queryset.Table{Name: "steps", Resource: "command", Build: "build_id"}
	fmt.Println(queryset.Check(context.Background(), db, sites, runs, steps))
	fmt.Println(queryset.Check(context.Background(), db, mistaken))
	// Output:
	// <nil>
	// queryset: table steps has no column build_id, which its declaration names
}
