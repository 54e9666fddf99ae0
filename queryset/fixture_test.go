package queryset_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/queryset"
)

// The tables of a small build service, as the README declares them.
var (
	projects = &queryset.Table{
		Name: "projects", Resource: "project", Project: "id",
		Write:    []string{"name", "deploy_key"},
		Ancestor: &queryset.Fields{Read: []string{"id", "name"}},
		Public:   &queryset.Public{Where: "privacy = 'public'", Read: []string{"id", "name"}},
	}
	versions = &queryset.Table{
		Name: "versions", Resource: "version", Project: "project_id", Version: "id",
		Write:    []string{"slug", "built"},
		Ancestor: &queryset.Fields{Read: []string{"id", "project_id", "slug", "built"}, Write: []string{"built"}},
	}
	builds = &queryset.Table{
		Name: "builds", Resource: "build", Project: "project_id", Version: "version_id", Build: "id",
		Parent: &queryset.Parent{Table: projects, Column: "project_id"},
		Read:   []string{"id", "project_id", "version_id", "state", "length"},
		Write:  []string{"state", "length"},
		Public: &queryset.Public{Where: "state <> 'hidden'", Read: []string{"id", "state"}},
	}
	commands = &queryset.Table{
		Name: "commands", Resource: "command",
		Parent: &queryset.Parent{Table: builds, Column: "build_id"},
		Write:  []string{"command", "exit_code"},
	}
)

// schema makes two projects with two versions each, three builds of each
// version, and two commands of each build. The ids count on: project 1 has the
// versions 1 and 2 and the builds 1 to 6, whose commands are 1 to 12.
const schema = `
CREATE TABLE projects (id %s, name text NOT NULL, privacy text NOT NULL DEFAULT 'private', deploy_key text NOT NULL DEFAULT 'secret');
CREATE TABLE versions (id %s, project_id bigint NOT NULL REFERENCES projects (id), slug text NOT NULL, built boolean NOT NULL DEFAULT false);
CREATE TABLE builds (id %s, project_id bigint NOT NULL REFERENCES projects (id), version_id bigint REFERENCES versions (id),
	state text NOT NULL DEFAULT 'triggered', length integer, builder text NOT NULL DEFAULT 'host-7');
CREATE TABLE commands (id %s, build_id bigint REFERENCES builds (id) ON DELETE CASCADE, command text NOT NULL DEFAULT '', exit_code integer);
CREATE INDEX versions_project ON versions (project_id);
CREATE INDEX builds_project ON builds (project_id);
CREATE INDEX builds_version ON builds (version_id);
CREATE INDEX commands_build ON commands (build_id);
`

// fillEmpty makes the tables.
func fillEmpty(t testing.TB, db *sqlx.DB) {
	t.Helper()
	serial := "bigserial PRIMARY KEY"
	if db.DriverName() == "sqlite" {
		serial = "integer PRIMARY KEY"
	}
	exec(t, db, fmt.Sprintf(schema, serial, serial, serial, serial))
}

// fill makes the tables and their rows.
func fill(t testing.TB, db *sqlx.DB) {
	t.Helper()
	fillEmpty(t, db)
	for _, text := range []string{
		"INSERT INTO projects (name, privacy) VALUES ('one', 'public'), ('two', 'private')",
		"INSERT INTO versions (project_id, slug) VALUES (1, 'latest'), (1, 'stable'), (2, 'latest'), (2, 'stable')",
	} {
		exec(t, db, text)
	}
	for build := range 12 {
		exec(t, db, fmt.Sprintf("INSERT INTO builds (project_id, version_id) VALUES (%d, %d)", build/6+1, build/3+1))
		exec(t, db, fmt.Sprintf("INSERT INTO commands (build_id) VALUES (%d), (%d)", build+1, build+1))
	}
}

func exec(t testing.TB, db queryset.DB, text string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), queryset.Rebind(db, text), args...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// build is a row of builds.
type build struct {
	ID      int64  `db:"id"`
	Project int64  `db:"project_id"`
	Version *int64 `db:"version_id"`
	State   string `db:"state"`
	Builder string `db:"builder"` // no key may read it
}

// Keys that many tests use.
var (
	build5   = keyOf("1", "2", "5")
	project1 = keyOf("1", "", "")
)

// keyOf may do everything to all that it is attached to.
func keyOf(project, version, build apikey.ID) apikey.Key {
	return apikey.Key{Project: project, Version: version, Build: build,
		Permits:   apikey.Scopes{"project:*", "version:*", "build:*", "command:*", "note:*", "thing:*"},
		AllowList: apikey.AllowList{{Type: "*", ID: "*"}}}
}

func linked(k apikey.Key, project apikey.ID, scopes ...string) apikey.Key {
	k.Links = append(k.Links, apikey.Link{Project: project, Scopes: scopes})
	return k
}

// allowing narrows k to the rows that targets name.
func allowing(k apikey.Key, targets ...string) apikey.Key {
	list, err := apikey.ParseAllowList(targets...)
	if err != nil {
		panic(err)
	}
	k.AllowList = list
	return k
}
