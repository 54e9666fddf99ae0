package queryset_test

import (
	"fmt"
	"testing"

	"github.com/jmoiron/sqlx"
)

// big fills PostgreSQL with many builds, ten of each version, ten versions of
// each project, and each build with commands; then has it take note of them.
// Project 1 has the versions 1 to 10 and the builds 1 to 100.
func big(t testing.TB, db *sqlx.DB, builds, commands int) {
	t.Helper()
	fillEmpty(t, db)
	for _, text := range []string{
		"INSERT INTO projects (name, privacy) SELECT 'p' || n, 'private' FROM generate_series(1, %[1]d / 100) n",
		"INSERT INTO versions (project_id, slug) SELECT (n - 1) / 10 + 1, 'v' || n FROM generate_series(1, %[1]d / 10) n",
		`INSERT INTO builds (project_id, version_id, state) SELECT (n - 1) / 100 + 1, (n - 1) / 10 + 1,
			(ARRAY['triggered', 'building', 'finished'])[n %% 3 + 1] FROM generate_series(1, %[1]d) n`,
		"INSERT INTO commands (build_id, exit_code) SELECT (n - 1) %% %[1]d + 1, 0 FROM generate_series(1, %[2]d) n",
		"ANALYZE projects", "ANALYZE versions", "ANALYZE builds", "ANALYZE commands",
	} {
		exec(t, db, fmt.Sprintf(text+" -- %[1]d %[2]d", builds, commands))
	}
}
