package keystore_test

import (
	"fmt"
	"testing"
)

// keysOfAYear are 40,000 keys of 400 projects, most of them dead, with as many
// handles, and 100,000 events. $1 is the time now.
var keysOfAYear = []string{
	`INSERT INTO buildkey_keys (id, name, held_name, project, version, build, scopes, allow_list, secret_hash,
		depth, ttl, max_ttl, created_by, created_at, activate_by, activated_at, expires_at, parent)
	SELECT gen_random_uuid(), 'key' || n, CASE WHEN n % 10 = 0 THEN 'key' || n END, 'p' || n % 400, 'v' || n % 4000, 'b' || n % 20000,
		'["buildkey:builder"]', '["*:*"]', decode(lpad(to_hex(n), 64, '0'), 'hex'),
		CASE WHEN n % 4 = 0 THEN 1 ELSE 0 END, 1, 1, 'x', 1, 1, 1,
		$1::bigint + CASE WHEN n % 10 = 0 THEN n ELSE n * -90000000::bigint END, CASE WHEN n % 4 = 0 THEN gen_random_uuid() END
	FROM generate_series(1, 40000) AS n`,
	`INSERT INTO buildkey_handles (hash, key_id, expires_at)
	SELECT decode(lpad(to_hex(n), 64, '0'), 'hex'), gen_random_uuid(), $1::bigint + n * -90000000::bigint FROM generate_series(1, 40000) AS n`,
	`INSERT INTO buildkey_events (at, kind, actor, key_id, project, version, build, scopes, allow_list, detail)
	SELECT $1::bigint + (100000 - n) * -90000000::bigint, 'create', 'x', CASE WHEN n % 10 > 0 THEN gen_random_uuid() END, 'p' || n % 400, '', '', '', '', ''
	FROM generate_series(1, 100000) AS n`,
}

// manyLinks are 20,000 projects that list the project crowded, and 20,000 links of
// others.
var manyLinks = []string{
	`INSERT INTO buildkey_links (project, direction, other) SELECT 'l' || n, 'inbound', 'crowded' FROM generate_series(1, 20000) AS n`,
	`INSERT INTO buildkey_links (project, direction, other) SELECT 'm' || n, 'inbound', 'm' || n + 1 FROM generate_series(1, 20000) AS n`,
	`INSERT INTO buildkey_projects (id) SELECT 'l' || n FROM generate_series(1, 20000) AS n`,
}

// fill runs statements, all with the same arguments, without the triggers that tell
// of each row, and has the tables analyzed.
func (r rig) fill(t *testing.T, statements []string, args ...any) {
	t.Helper()
	tables := []string{"keys", "handles", "events", "links", "projects"}
	r.forEach(t, tables, `ALTER TABLE buildkey_%s DISABLE TRIGGER ALL`)
	for _, statement := range statements {
		if _, err := r.db.Exec(statement, args...); err != nil {
			t.Fatalf("%v in %s", err, statement)
		}
	}
	r.forEach(t, tables, `ALTER TABLE buildkey_%s ENABLE TRIGGER ALL`)
	r.forEach(t, tables, `ANALYZE buildkey_%s`)
}

func (r rig) forEach(t *testing.T, tables []string, statement string) {
	t.Helper()
	for _, table := range tables {
		if _, err := r.db.Exec(fmt.Sprintf(statement, table)); err != nil {
			t.Fatal(err)
		}
	}
}
