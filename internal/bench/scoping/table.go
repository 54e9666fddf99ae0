package scoping

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/apikeytest"
	"github.com/buildkey/buildkey/queryset"
)

// builds is the table as an application declares it.
var builds = &queryset.Table{
	Name: "builds", Resource: "build", Project: "project_id", Version: "version_id", Build: "id",
	Write: []string{"state"},
}

// build is a row.
type build struct {
	ID      int64  `db:"id"`
	Project int64  `db:"project_id"`
	Version int64  `db:"version_id"`
	State   string `db:"state"`
}

// wanted is the row that is read: the first of version 11, which is of project 2. It
// is there at every size.
var wanted = build{ID: 101, Project: 2, Version: 11}

// holder is a context with the key of the wanted row's version.
func holder(ctx context.Context) context.Context {
	return apikey.NewContext(ctx, apikeytest.VersionKey("2", "11"))
}

// fill makes the table anew with ten builds of each version, ten versions of each project.
func fill(ctx context.Context, db *sqlx.DB, rows int) error {
	for _, statement := range []string{
		"DROP TABLE IF EXISTS builds",
		"CREATE TABLE builds (id bigint PRIMARY KEY, project_id bigint NOT NULL, version_id bigint NOT NULL, state text NOT NULL)",
		fmt.Sprintf(`INSERT INTO builds SELECT n, (n - 1) / 100 + 1, (n - 1) / 10 + 1,
			(ARRAY['triggered', 'building', 'finished'])[n %% 3 + 1] FROM generate_series(1, %d) n`, rows),
		"CREATE INDEX builds_project ON builds (project_id)",
		"CREATE INDEX builds_version ON builds (version_id)",
		"VACUUM ANALYZE builds",
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("scoping: %s: %w", statement, err)
		}
	}
	return queryset.Check(ctx, db, builds)
}
