package queryset_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/internal/dbtest"
	"github.com/buildkey/buildkey/queryset"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	k := keyOf("1", "", "5")
	k.ID = uuid.MustParse(idA)
	const own = `EXISTS (SELECT 1 FROM "builds" AS "parent 1" WHERE "parent 1"."id" = "commands"."build_id" AND "parent 1"."project_id" = ? AND "parent 1"."id" = ?)`
	const lines = `
  own rows, parent: builds: "parent 1"."id" = "commands"."build_id"
  own rows, attachment: project: "parent 1"."project_id" = ? [the key's project (integer)]
  own rows, attachment: build: "parent 1"."id" = ? [the key's build (integer)]
  own rows, `
	const of = "read of commands for build key 0a1b2c3d-0000-4000-8000-00000000000a: "
	listed := map[string]string{"postgres": "= ANY (?)", "sqlite": "IN (SELECT value FROM json_each(?))"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		in := listed[db.DriverName()]
		for _, row := range []struct {
			key  apikey.Key
			want string
		}{
			{allowing(k, "command:7"), of + own + ` AND "commands"."id" ` + in + ` AND (exit_code > ?)` + lines +
				`allow list: "commands"."id" ` + in + " [allow list (integer list)]\n  own rows, where: (exit_code > ?) [argument (int)]"},
			{linked(k, "2", "command:read"), of + `"commands"."id" IN (SELECT "id" FROM "commands" WHERE ` + own +
				` AND (exit_code > ?) UNION ALL SELECT "id" FROM "commands" WHERE EXISTS (SELECT 1 FROM "builds" AS "parent 1"` +
				` WHERE "parent 1"."id" = "commands"."build_id" AND "parent 1"."project_id" ` + in + `) AND (exit_code > ?))` + lines +
				"where: (exit_code > ?) [argument (int)]\n  linked rows, parent: builds: \"parent 1\".\"id\" = \"commands\".\"build_id\"\n" +
				`  linked rows, link: project: "parent 1"."project_id" ` + in + " [linked projects (integer list)]\n" +
				"  linked rows, where: (exit_code > ?) [argument (int)]"},
		} {
			got, err := commands.ForKey(row.key).Where("exit_code > ?", 1).Explain(t.Context(), db, "read")
			if diff := cmp.Diff(row.want, got.String()); diff != "" || err != nil {
				t.Errorf("%v; want -, got +:\n%s", err, diff)
			}
		}
	})
}

// TestExplainOneParent: a table whose rows all hang from one build looks that one up,
// once, and not the build of each row.
func TestExplainOneParent(t *testing.T) {
	t.Parallel()
	direct := *commands
	direct.Build = "build_id"
	const want = `"commands"."build_id" = ? AND EXISTS (SELECT 1 FROM "builds" AS "parent 1" WHERE "parent 1"."id" = ? AND "parent 1"."project_id" = ?)`
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		if e, err := direct.ForKey(keyOf("1", "", "5")).Explain(t.Context(), db, "read"); err != nil || e.SQL != want {
			t.Errorf("%v, %v", e, err)
		}
		for project, found := range map[apikey.ID]int64{"1": 2, "2": 0} {
			if n, err := direct.ForKey(keyOf(project, "", "5")).Count(t.Context(), db); err != nil || n != found {
				t.Errorf("project %s: %d commands of build 5, want %d, %v", project, n, found, err)
			}
		}
	})
}

// TestExplainNothing: where nothing is in reach, it says why.
func TestExplainNothing(t *testing.T) {
	t.Parallel()
	bare := &queryset.Table{Name: "projects", Resource: "project", Project: "id"}
	orphan := *commands
	orphan.Public = &queryset.Public{Where: "1 = 1"}
	orphan.Parent = &queryset.Parent{Table: versions, Column: "build_id"}
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range []struct {
			q    queryset.Query
			says string
		}{
			{builds.ForKey(keyOf("", "", "")), "the key has no project"},
			{bare.ForKey(keyOf("1", "2", "")), "declares no Ancestor"},
			{versions.ForKey(keyOf("1", "", "5")), "the key fixes no version"},
			{bare.ForKey(keyOf("one", "", "")), "the key's project can be in no row"},
			{(&queryset.Table{Name: "builds", Resource: "build"}).ForKey(keyOf("1", "", "")), "hangs from no project"},
			{(&queryset.Table{Name: "builds", Resource: "build", Build: "id"}).ForKey(keyOf("1", "", "5")), "no path"},
			{builds.ForKey(allowing(keyOf("1", "", ""), "version:1")), "allow list names no row"},
			{orphan.For(t.Context()), "a parent declares no Public"},
		} {
			e, err := row.q.Explain(t.Context(), db, "read")
			if err != nil || e.SQL != "1 = 0" || len(e.Parts) != 1 || !strings.Contains(e.Parts[0].Rule, row.says) {
				t.Errorf("want %q: %v, %v", row.says, e, err)
			}
		}
	})
}

// TestExplainHolder: who is trusted is named with the reason, and a predicate of
// every row is one.
func TestExplainHolder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqlx.DB) {
		fill(t, db)
		for _, row := range []struct {
			q           queryset.Query
			holder, sql string
		}{
			{builds.Unscoped("a nightly job"), "unscoped: a nightly job", "1 = 1"},
			{builds.For(apikey.WithEverything(t.Context(), "staff")), "everything: staff", "1 = 1"},
			{projects.For(t.Context()), "anyone", "(privacy = 'public')"},
			{builds.ForKey(keyOf("1", "2", "")), "version key " + uuid.Nil.String(), `"builds"."project_id" = ? AND "builds"."version_id" = ?`},
		} {
			e, err := row.q.Explain(t.Context(), db, "read")
			if err != nil || e.Holder != row.holder || e.SQL != row.sql {
				t.Errorf("%q: %v, %v", row.holder, e, err)
			}
		}
		if _, err := builds.ForKey(keyOf("1", "", "")).Where("id = ?").Explain(t.Context(), db, "read"); err == nil {
			t.Error("a mark without an argument")
		}
	})
}
