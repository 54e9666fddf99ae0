package queryset_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// The tables of an application, declared once. A command has no columns of its
// own for project and version: it hangs from its build.
var (
	Projects = &queryset.Table{
		Name: "projects", Resource: "project",
		Project:  "id",
		Ancestor: &queryset.Fields{Read: []string{"id", "slug"}}, // for its builds' keys
		Public:   &queryset.Public{Where: "privacy = 'public'", Read: []string{"id", "slug"}},
	}
	Builds = &queryset.Table{
		Name: "builds", Resource: "build",
		Project: "project_id", Version: "version_id", Build: "id",
		Write: []string{"state"},
	}
	Commands = &queryset.Table{
		Name: "commands", Resource: "command",
		Parent: &queryset.Parent{Table: Builds, Column: "build_id"},
		Write:  []string{"command", "exit_code"},
	}
)

// sample opens a database in memory with two projects, three builds and two
// commands. A real one is a file, or PostgreSQL.
func sample() *sqlx.DB {
	db := sqlx.MustOpen("sqlite", ":memory:")
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	db.MustExec(`
		CREATE TABLE projects (id INTEGER PRIMARY KEY, slug TEXT, privacy TEXT, deploy_key TEXT);
		CREATE TABLE builds (id INTEGER PRIMARY KEY, project_id INTEGER, version_id INTEGER, state TEXT);
		CREATE TABLE commands (id INTEGER PRIMARY KEY, build_id INTEGER, command TEXT, exit_code INTEGER);
		INSERT INTO projects VALUES (1, 'pip', 'public', 'k1'), (2, 'secret-plan', 'private', 'k2');
		INSERT INTO builds VALUES (42, 1, 11, 'building'), (43, 1, 11, 'triggered'), (50, 2, 21, 'triggered');
		INSERT INTO commands VALUES (1, 42, 'make html', 0), (2, 50, 'make pdf', 1)`)
	return db
}

// worker is a context as middleware makes it for a request with a key of build
// 42, which is of version 11 and project 1.
func worker() context.Context {
	everyRow, err := apikey.ParseAllowList("*:*")
	if err != nil {
		log.Fatal(err)
	}
	return apikey.NewContext(context.Background(), apikey.Key{
		Project: "1", Version: "11", Build: "42",
		Scopes:    apikey.Scopes{"project:read", "build:update", "command:read", "command:create"},
		AllowList: everyRow,
	})
}

// A worker sees its own build, and other builds as little as those that are not.
func Example() {
	db, ctx := sample(), worker()
	defer db.Close()

	var builds []struct {
		ID    int64  `db:"id"`
		State string `db:"state"`
	}
	err := Builds.For(ctx).OrderBy("id DESC").Limit(10).Select(ctx, db, &builds)
	fmt.Println(builds, err)

	fmt.Println(Builds.For(ctx).Update(ctx, db, 42, queryset.Values{"state": "finished"}))
	err = Builds.For(ctx).Update(ctx, db, 43, queryset.Values{"state": "finished"})
	fmt.Println(errors.Is(err, queryset.ErrNotFound))
	err = Builds.For(ctx).Update(ctx, db, 42, queryset.Values{"project_id": 2})
	fmt.Println(errors.Is(err, queryset.ErrForbidden))
	// Output:
	// [{42 building}] <nil>
	// <nil>
	// true
	// true
}

// How far each declaration lets a build key see, and somebody without a key.
func ExampleTable() {
	db, ctx := sample(), worker()
	defer db.Close()
	if err := queryset.Check(ctx, db, Projects, Builds, Commands); err != nil {
		log.Fatal(err)
	}

	commands, err := Commands.For(ctx).Count(ctx, db)
	fmt.Println("commands:", commands, err)

	project := map[string]any{} // what Ancestor names, of the key's own project
	err = Projects.For(ctx).Get(ctx, db, project, 1)
	fmt.Println("a worker's project:", project, err)

	nobody := context.Background()
	public, err := Projects.For(nobody).Count(nobody, db)
	fmt.Println("public projects:", public, err)
	_, err = Commands.For(nobody).Count(nobody, db)
	fmt.Println("commands for nobody:", errors.Is(err, queryset.ErrUnscoped))
	// Output:
	// commands: 1 <nil>
	// a worker's project: map[id:1 slug:pip] <nil>
	// public projects: 1 <nil>
	// commands for nobody: true
}

// A command can be added under the key's build and under no other: the check
// and the insert are one statement.
func ExampleQuery_Insert() {
	db, ctx := sample(), worker()
	defer db.Close()

	id, err := Commands.For(ctx).Insert(ctx, db, queryset.Values{"build_id": 42, "command": "make pdf"})
	fmt.Println(id, err)

	for _, build := range []int{43, 999} { // a sibling, and none
		_, err = Commands.For(ctx).Insert(ctx, db, queryset.Values{"build_id": build, "command": "make pdf"})
		fmt.Println(err)
	}
	// Output:
	// 3 <nil>
	// queryset: a row to insert into commands lies outside the key's reach, or its parent does: apikey: forbidden
	// queryset: a row to insert into commands lies outside the key's reach, or its parent does: apikey: forbidden
}

// A statement written by hand takes its scope from a Predicate.
func ExampleQuery_Predicate() {
	db, ctx := sample(), worker()
	defer db.Close()

	cond, args, err := Commands.For(ctx).Predicate(ctx, db, "read", "c")
	if err != nil {
		log.Fatal(err)
	}
	statement := queryset.Rebind(db, `
		SELECT b.state, count(*), max(c.exit_code)
		FROM commands c JOIN builds b ON b.id = c.build_id
		WHERE c.command LIKE ? AND `+cond+`
		GROUP BY b.state`)
	var state string
	var count, worst int
	err = db.QueryRowxContext(ctx, statement, append([]any{"make %"}, args...)...).Scan(&state, &count, &worst)
	fmt.Println(state, count, worst, err)
	// Output:
	// building 1 0 <nil>
}

// What holds a query's rows, and which rule says so. No value is in it.
func ExampleQuery_Explain() {
	db, ctx := sample(), worker()
	defer db.Close()

	why, err := Builds.For(ctx).Where("state = ?", "building").Explain(ctx, db, "read")
	if err != nil {
		log.Fatal(err)
	}
	for _, part := range why.Parts {
		fmt.Printf("%s rows, %s: %v\n", part.Rows, part.Rule, part.Args)
	}
	// Output:
	// own rows, attachment: project: [the key's project (integer)]
	// own rows, attachment: version: [the key's version (integer)]
	// own rows, attachment: build: [the key's build (integer)]
	// own rows, where: [argument (string)]
}

// Changes that belong together.
func ExampleBegin() {
	db, ctx := sample(), worker()
	defer db.Close()

	finish := func(db queryset.DB) error { // a *sqlx.DB, a *queryset.Tx or a *sqlx.Tx
		if _, err := Commands.For(ctx).Insert(ctx, db, queryset.Values{"build_id": 42, "command": "done"}); err != nil {
			return err
		}
		return Builds.For(ctx).Update(ctx, db, 42, queryset.Values{"state": "finished"})
	}
	tx, err := queryset.Begin(ctx, db)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(finish(tx))
	fmt.Println(tx.Rollback())

	left, err := Commands.For(ctx).Where("command = ?", "done").Count(ctx, db)
	fmt.Println(left, err)
	// Output:
	// <nil>
	// <nil>
	// 0 <nil>
}

// Work that belongs to no request says why it looks at every row.
func ExampleTable_Unscoped() {
	db, ctx := sample(), context.Background()
	defer db.Close()

	n, err := Builds.Unscoped("statistics of the night").Where("state = ?", "triggered").Count(ctx, db)
	fmt.Println(n, err)
	// Output: 2 <nil>
}
