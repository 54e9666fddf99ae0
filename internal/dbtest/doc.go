// Package dbtest gives each test a database of its own: [Postgres] a new schema,
// [SQLite] a new file, [Each] both in turn. All are gone when the test ends.
//
//	func TestStore(t *testing.T) {
//		dbtest.Each(t, func(t *testing.T, db *sqlx.DB) { … })
//	}
//
// The PostgreSQL server is the one that BUILDKEY_TEST_DATABASE_URL names. `make
// test` starts one throw-away server for the whole run and sets the variable (see
// command withpg). Without it, as under a plain `go test ./...`, each test process
// that needs PostgreSQL starts a throw-away server on first use, which stops when
// the process ends (see package cluster).
//
// A database that cannot be had fails the test. No test is ever skipped for it.
package dbtest
